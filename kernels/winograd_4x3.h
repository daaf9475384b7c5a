// Winograd's F(4, 3): four outputs of three taps, as winograd_2x5.h has it for another size.
//
// Each function goes along one axis, in place, over vectors that are `step` apart. The points and B'
// are in winograd_six.h.

#define OUT 4

// A': from six points to four outputs.
INLINE void outputs_of_points(wide* m, const int step) {
  const wide near_sum = m[step] + m[2 * step], near_difference = m[step] - m[2 * step];
  const wide far_sum = m[3 * step] + m[4 * step], far_difference = m[3 * step] - m[4 * step];
  m[0] = m[0] + near_sum + far_sum;
  m[step] = add_scaled(NEAR, near_difference, FAR * far_difference);
  m[2 * step] = add_scaled(NEAR2, near_sum, FAR2 * far_sum);
  m[3 * step] = add_scaled(NEAR2 * NEAR, near_difference,
                           add_scaled(FAR2 * FAR, far_difference, m[5 * step]));
}

// A: from four outputs to six points.
INLINE void points_of_outputs(wide* y, const int step) {
  const wide y0 = y[0], y1 = y[step], y2 = y[2 * step], y3 = y[3 * step];
  const wide near_even = add_scaled(NEAR2, y2, y0), near_odd = add_scaled(NEAR2, y3, y1);
  const wide far_even = add_scaled(FAR2, y2, y0), far_odd = add_scaled(FAR2, y3, y1);
  y[step] = add_scaled(NEAR, near_odd, near_even);
  y[2 * step] = add_scaled(-NEAR, near_odd, near_even);
  y[3 * step] = add_scaled(FAR, far_odd, far_even);
  y[4 * step] = add_scaled(-FAR, far_odd, far_even);
  y[5 * step] = y3;
}

// G: from three weights to six points.
INLINE void points_of_weights(wide* g, const int step) {
  const wide g0 = g[0], g1 = g[step], g2 = g[2 * step];
  const wide near_even = add_scaled(NEAR2, g2, g0), far_even = add_scaled(FAR2, g2, g0);
  g[0] = g0 * AT_ZERO;
  g[step] = AT_NEAR * add_scaled(NEAR, g1, near_even);
  g[2 * step] = AT_NEAR * add_scaled(-NEAR, g1, near_even);
  g[3 * step] = AT_FAR * add_scaled(FAR, g1, far_even);
  g[4 * step] = AT_FAR * add_scaled(-FAR, g1, far_even);
  g[5 * step] = g2;
}

// G': from six points to three weights.
INLINE void weights_of_points(wide* m, const int step) {
  const wide near_sum = (m[step] + m[2 * step]) * AT_NEAR;
  const wide near_difference = (m[step] - m[2 * step]) * AT_NEAR;
  const wide far_sum = (m[3 * step] + m[4 * step]) * AT_FAR;
  const wide far_difference = (m[3 * step] - m[4 * step]) * AT_FAR;
  m[0] = add_scaled(AT_ZERO, m[0], near_sum + far_sum);
  m[step] = add_scaled(NEAR, near_difference, FAR * far_difference);
  m[2 * step] = add_scaled(NEAR2, near_sum, add_scaled(FAR2, far_sum, m[5 * step]));
}
