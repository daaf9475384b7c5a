__kernel void error(__global float* x) { x[get_global_id(0)] = undeclared_variable; }
