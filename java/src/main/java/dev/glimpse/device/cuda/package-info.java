/**
 * The CUDA back end: driver API, NVRTC, cuBLAS and cuDNN, bound through JavaCPP's presets. {@link
 * dev.glimpse.device.cuda.CudaBackend} names no class of theirs, so that a machine without NVIDIA's
 * driver loads none.
 */
package dev.glimpse.device.cuda;
