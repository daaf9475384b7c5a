/**
 * Devices, their memory and their kernels. Small on purpose: a back end implements {@link
 * dev.glimpse.device.Backend}, {@link dev.glimpse.device.Device}, {@link dev.glimpse.device.Buffer}
 * and {@link dev.glimpse.device.Recording}, and nothing above this package names one.
 */
package dev.glimpse.device;
