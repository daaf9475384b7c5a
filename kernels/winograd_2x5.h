// Winograd's F(2, 5): two outputs of five taps, from six pixels by six multiplications. An output is
// a coefficient of the product of two polynomials, which is known from its values at six points.
//
// Each function goes along one axis, in place, over vectors that are `step` apart. The points and B'
// are in winograd_six.h.

#define OUT 2

// A': from six points to two outputs.
INLINE void outputs_of_points(wide* m, const int step) {
  const wide m1 = m[step], m2 = m[2 * step], m3 = m[3 * step], m4 = m[4 * step];
  m[0] = m[0] + (m1 + m2) + (m3 + m4);
  m[step] = add_scaled(NEAR, m1 - m2, add_scaled(FAR, m3 - m4, m[5 * step]));
}

// A: from two outputs to six points.
INLINE void points_of_outputs(wide* y, const int step) {
  const wide y0 = y[0], y1 = y[step];
  y[step] = add_scaled(NEAR, y1, y0);
  y[2 * step] = add_scaled(-NEAR, y1, y0);
  y[3 * step] = add_scaled(FAR, y1, y0);
  y[4 * step] = add_scaled(-FAR, y1, y0);
  y[5 * step] = y1;
}

// G: from five weights to six points.
INLINE void points_of_weights(wide* g, const int step) {
  const wide g0 = g[0], g1 = g[step], g2 = g[2 * step], g3 = g[3 * step], g4 = g[4 * step];
  const wide near_even = add_scaled(NEAR2, add_scaled(NEAR2, g4, g2), g0);
  const wide near_odd = NEAR * add_scaled(NEAR2, g3, g1);
  const wide far_even = add_scaled(FAR2, add_scaled(FAR2, g4, g2), g0);
  const wide far_odd = FAR * add_scaled(FAR2, g3, g1);
  g[0] = g0 * AT_ZERO;
  g[step] = (near_even + near_odd) * AT_NEAR;
  g[2 * step] = (near_even - near_odd) * AT_NEAR;
  g[3 * step] = (far_even + far_odd) * AT_FAR;
  g[4 * step] = (far_even - far_odd) * AT_FAR;
  g[5 * step] = g4;
}

// G': from six points to five weights.
INLINE void weights_of_points(wide* m, const int step) {
  const wide near_even = (m[step] + m[2 * step]) * AT_NEAR;
  const wide near_odd = (m[step] - m[2 * step]) * (AT_NEAR * NEAR);
  const wide far_even = (m[3 * step] + m[4 * step]) * AT_FAR;
  const wide far_odd = (m[3 * step] - m[4 * step]) * (AT_FAR * FAR);
  m[0] = add_scaled(AT_ZERO, m[0], near_even + far_even);
  m[step] = near_odd + far_odd;
  m[2 * step] = add_scaled(NEAR2, near_even, FAR2 * far_even);
  m[3 * step] = add_scaled(NEAR2, near_odd, FAR2 * far_odd);
  m[4 * step] =
      add_scaled(NEAR2 * NEAR2, near_even, add_scaled(FAR2 * FAR2, far_even, m[5 * step]));
}
