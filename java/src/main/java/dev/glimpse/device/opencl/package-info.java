/** The OpenCL back end, bound through JOCL. */
package dev.glimpse.device.opencl;
