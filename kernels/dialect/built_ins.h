// OpenCL's built-in functions as far as the kernels use them, for a PoCL that does not read Clang's
// header of all of them: 18,000 lines with each program, which take longer than a kernel.
#define BUILT_IN __attribute__((overloadable))
#define FUNCTION BUILT_IN __attribute__((const))

void BUILT_IN __attribute__((convergent)) barrier(uint fences);
size_t FUNCTION get_global_id(uint);
size_t FUNCTION get_global_size(uint);
size_t FUNCTION get_group_id(uint);
size_t FUNCTION get_local_id(uint);
size_t FUNCTION get_local_size(uint);
size_t FUNCTION get_num_groups(uint);
uint FUNCTION mul_hi(uint, uint);

int FUNCTION min(int, int);
int FUNCTION max(int, int);
float FUNCTION pow(float, float);

#define FLOAT_FUNCTIONS(type)          \
  type FUNCTION fabs(type);            \
  type FUNCTION floor(type);           \
  type FUNCTION fma(type, type, type); \
  type FUNCTION fmax(type, type);      \
  type FUNCTION max(type, type);       \
  type FUNCTION min(type, type);       \
  type FUNCTION sqrt(type);
FLOAT_FUNCTIONS(float)
FLOAT_FUNCTIONS(float2)
FLOAT_FUNCTIONS(float4)
FLOAT_FUNCTIONS(float8)
FLOAT_FUNCTIONS(float16)

float8 FUNCTION convert_float8(int8);
uint4 FUNCTION convert_uint4(ulong4);
ulong4 FUNCTION convert_ulong4(uint4);

#define MOVES_IN(space, type, count)                                                  \
  type##count BUILT_IN __attribute__((pure)) vload##count(size_t, const space type*); \
  void BUILT_IN vstore##count(type##count, size_t, space type*);
#define MOVES(type, count)        \
  MOVES_IN(__global, type, count) \
  MOVES_IN(__local, type, count)  \
  MOVES_IN(__private, type, count)
MOVES(float, 2)
MOVES(float, 4)
MOVES(float, 8)
MOVES(float, 16)
