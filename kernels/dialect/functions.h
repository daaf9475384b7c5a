// The vocabulary of pointwise chains: what ops/Function.java names, over a vec. Written for vectors
// of any width; a comparison of vectors selects lane by lane.

#define LN2_HI 0.693359375f
#define LN2_LO -2.12194440e-4f

// e^x within 2 ulp, by range reduction to [-ln2/2, ln2/2] and a polynomial of degree 6 (Cephes).
// Several times as fast as the driver's on a CPU. Overflows to infinity, underflows to zero, and
// NaN stays NaN.
INLINE vec f_exp(vec x) {
  vec clamped = x > (vec)(89.0f) ? (vec)(89.0f) : x;
  clamped = clamped < (vec)(-104.0f) ? (vec)(-104.0f) : clamped;
  // Adding 1.5 x 2^23 rounds to an integer, which is then also in the low bits.
  const vec rounded = fma(clamped, (vec)(1.44269504f), (vec)(12582912.0f));
  const vec n = rounded - 12582912.0f;
  vec r = fma(n, (vec)(-LN2_HI), clamped);
  r = fma(n, (vec)(-LN2_LO), r);
  vec p = (vec)(1.9875691500e-4f);
  p = fma(p, r, (vec)(1.3981999507e-3f));
  p = fma(p, r, (vec)(8.3334519073e-3f));
  p = fma(p, r, (vec)(4.1665795894e-2f));
  p = fma(p, r, (vec)(1.6666665459e-1f));
  p = fma(p, r, (vec)(5.0000001201e-1f));
  p = fma(p, r * r, r + 1.0f);
  // 2^n in two steps, since n goes from -150 to 128.
  const ivec i = bits_to_int(rounded) - 0x4b400000;
  const ivec half_i = i >> 1;
  p = p * bits_to_vec((half_i + 127) << 23) * bits_to_vec((i - half_i + 127) << 23);
  return x == x ? p : x;
}

// ln(x) for positive normal x within 2 ulp (Cephes): -inf at 0, NaN below.
INLINE vec f_log(vec x) {
  const ivec bits = bits_to_int(x);
  ivec e = ((bits >> 23) & 0xff) - 126;
  vec m = bits_to_vec((bits & 0x007fffff) | 0x3f000000);  // in [0.5, 1)
  const vec small = m < (vec)(0.707106781f) ? (vec)(1.0f) : (vec)(0.0f);
  const vec n = int_to_vec(e) - small;
  m = m + m * small - 1.0f;
  const vec z = m * m;
  vec p = (vec)(7.0376836292e-2f);
  p = fma(p, m, (vec)(-1.1514610310e-1f));
  p = fma(p, m, (vec)(1.1676998740e-1f));
  p = fma(p, m, (vec)(-1.2420140846e-1f));
  p = fma(p, m, (vec)(1.4249322787e-1f));
  p = fma(p, m, (vec)(-1.6668057665e-1f));
  p = fma(p, m, (vec)(2.0000714765e-1f));
  p = fma(p, m, (vec)(-2.4999993993e-1f));
  p = fma(p, m, (vec)(3.3333331174e-1f));
  p = p * m * z;
  p = fma(n, (vec)(LN2_LO), p);
  p = fma(z, (vec)(-0.5f), p);
  const vec y = fma(n, (vec)(LN2_HI), m + p);
  const vec positive = x < (vec)(INFINITY) ? y : x;
  return x > (vec)(0.0f) ? positive : (x == (vec)(0.0f) ? (vec)(-INFINITY) : (vec)(NAN));
}

INLINE vec f_add(vec a, vec b) { return a + b; }
INLINE vec f_subtract(vec a, vec b) { return a - b; }
INLINE vec f_multiply(vec a, vec b) { return a * b; }
INLINE vec f_divide(vec a, vec b) { return a / b; }
INLINE vec f_maximum(vec a, vec b) { return ((b > a) | (b != b)) ? b : a; }  // NaN if one is
INLINE vec f_identity(vec a) { return a; }
INLINE vec f_scale(vec a, float factor) { return a * factor; }
INLINE vec f_shift(vec a, float offset) { return a + offset; }
INLINE vec f_square(vec a) { return a * a; }
INLINE vec f_sqrt(vec a) { return sqrt(a); }
INLINE vec f_abs(vec a) { return fabs(a); }

// ln(1 + e) for e in [0, 1] within 2 ulp: e times a polynomial through the Chebyshev nodes.
INLINE vec log1p_unit(vec e) {
  vec p = (vec)(-3.176057013e-3f);
  p = fma(p, e, (vec)(1.954252645e-2f));
  p = fma(p, e, (vec)(-5.637361109e-2f));
  p = fma(p, e, (vec)(1.054362357e-1f));
  p = fma(p, e, (vec)(-1.526966691e-1f));
  p = fma(p, e, (vec)(1.966327429e-1f));
  p = fma(p, e, (vec)(-2.495161593e-1f));
  p = fma(p, e, (vec)(3.332971036e-1f));
  p = fma(p, e, (vec)(-4.999989271e-1f));
  p = fma(p, e, (vec)(1.0f));
  return p * e;
}

INLINE vec f_relu(vec a) { return a < (vec)(0.0f) ? (vec)(0.0f) : a; }
INLINE vec f_softplus(vec a) { return f_relu(a) + log1p_unit(f_exp(-fabs(a))); }

INLINE vec f_sigmoid(vec a) {
  const vec e = f_exp(-fabs(a));
  const vec small = e / (e + 1.0f);
  return a >= (vec)(0.0f) ? 1.0f - small : small;
}

INLINE vec f_tanh(vec a) {
  const vec e = f_exp(fabs(a) * -2.0f);
  const vec z = a * a;
  // Near zero the quotient cancels; the odd series of tanh does not.
  vec p = (vec)(2.1869488e-2f);
  p = fma(p, z, (vec)(-5.3968254e-2f));
  p = fma(p, z, (vec)(1.3333333e-1f));
  p = fma(p, z, (vec)(-3.3333333e-1f));
  const vec near = fma(p * z, a, a);
  const vec far = (1.0f - e) / (1.0f + e);
  const vec magnitude = fabs(a) < (vec)(0.25f) ? fabs(near) : far;
  return a < (vec)(0.0f) ? -magnitude : magnitude;
}

INLINE vec f_leaky_relu(vec a, float slope) { return a < (vec)(0.0f) ? a * slope : a; }
INLINE vec f_greater(vec a, vec b) { return a > b ? (vec)(1.0f) : (vec)(0.0f); }

// Gradients of activations, from the activation's output y.
INLINE vec f_relu_gradient(vec y, vec dy) { return y > (vec)(0.0f) ? dy : (vec)(0.0f); }
INLINE vec f_leaky_relu_gradient(vec y, vec dy, float slope) {
  return y > (vec)(0.0f) ? dy : dy * slope;
}
INLINE vec f_tanh_gradient(vec y, vec dy) { return dy * (1.0f - y * y); }
INLINE vec f_sigmoid_gradient(vec y, vec dy) { return dy * (y * (1.0f - y)); }

// -ln p(target) of a Bernoulli variable with P(1) = sigmoid(logit).
INLINE vec f_bernoulli_cross_entropy(vec logit, vec target) {
  return f_relu(logit) - logit * target + log1p_unit(f_exp(-fabs(logit)));
}
INLINE vec f_bernoulli_cross_entropy_gradient(vec logit, vec target) {
  return f_sigmoid(logit) - target;
}

// KL(N(mean, exp(log_variance)) || N(0, 1)), one dimension.
INLINE vec f_gaussian_kl(vec mean, vec log_variance) {
  return 0.5f * (mean * mean + f_exp(log_variance) - 1.0f - log_variance);
}
// Its derivative by the log-variance; by the mean it is the mean.
INLINE vec f_gaussian_kl_gradient(vec log_variance) { return 0.5f * (f_exp(log_variance) - 1.0f); }

// A draw of N(mean, exp(log_variance)) from a standard normal one (the reparameterisation trick).
INLINE vec f_reparameterise(vec mean, vec log_variance, vec noise) {
  return mean + noise * f_exp(0.5f * log_variance);
}
// Its derivative by the log-variance.
INLINE vec f_reparameterise_gradient(vec log_variance, vec noise) {
  return noise * (0.5f * f_exp(0.5f * log_variance));
}

// Batch normalisation (Ioffe and Szegedy 2015, algorithm 1), from the moments of x's column.
INLINE vec f_normalize(vec x, vec mean, vec deviation, vec scale, vec shift) {
  return (x - mean) * (deviation * scale) + shift;
}
// Its gradient by x, from the column's sums of dy and of dy times the normalised x; `share` is one
// over the number of rows. The argument `deviation` of both is one over the standard deviation.
INLINE vec f_normalize_gradient(vec dy, vec x, vec mean, vec deviation, vec scale, vec sum,
                                vec sum_normalized, float share) {
  const vec normalized = (x - mean) * deviation;
  return (deviation * scale) * (dy - (sum + normalized * sum_normalized) * share);
}
