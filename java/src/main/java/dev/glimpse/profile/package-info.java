/**
 * Where the time of a step goes. {@link dev.glimpse.profile.Profiler} runs a plan, {@link
 * dev.glimpse.profile.Profile} adds up what its launches took, and {@link dev.glimpse.profile.Roof}
 * says what they could have taken on that device.
 */
package dev.glimpse.profile;
