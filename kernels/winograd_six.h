// Six points at which a polynomial is known, 0, 3/4, -3/4, 3/2, -3/2 and infinity, for Winograd's
// F(2, 5) and F(4, 3). Of such sets this one rounds as little as a sum of products does, while 0, 1,
// -1, 2, -2 loses a bit and a half.

#define POINTS 6

// The points besides 0 and infinity, NEAR, -NEAR, FAR and -FAR, squared, and what G divides by.
#define NEAR 0.75f
#define FAR 1.5f
#define NEAR2 (NEAR * NEAR)
#define FAR2 (FAR * FAR)
#define AT_ZERO (1.0f / (NEAR2 * FAR2))
#define AT_NEAR (1.0f / (2.0f * NEAR2 * (NEAR2 - FAR2)))
#define AT_FAR (1.0f / (2.0f * FAR2 * (FAR2 - NEAR2)))

// B': six pixels.
INLINE void points_of_pixels(wide* d, const int step) {
  const wide d0 = d[0], d1 = d[step], d2 = d[2 * step];
  const wide d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
  const wide near_even = add_scaled(-FAR2, d2, d4), near_odd = add_scaled(-FAR2, d1, d3);
  const wide far_even = add_scaled(-NEAR2, d2, d4), far_odd = add_scaled(-NEAR2, d1, d3);
  d[0] = add_scaled(NEAR2 * FAR2, d0, add_scaled(-(NEAR2 + FAR2), d2, d4));
  d[step] = add_scaled(NEAR, near_odd, near_even);
  d[2 * step] = add_scaled(-NEAR, near_odd, near_even);
  d[3 * step] = add_scaled(FAR, far_odd, far_even);
  d[4 * step] = add_scaled(-FAR, far_odd, far_even);
  d[5 * step] = add_scaled(NEAR2 * FAR2, d1, add_scaled(-(NEAR2 + FAR2), d3, d5));
}
