package dev.glimpse.train;

/** How the learning rate changes over a run: a factor for every epoch. */
@FunctionalInterface
public interface Schedule {
  /**
   * @param epoch from 0
   * @param epochs of the whole run
   */
  double factor(int epoch, int epochs);

  /** The schedule of a setting's value, preceded by a linear warm-up. */
  static Schedule named(String name, int warmup) {
    Schedule schedule =
        switch (name) {
          case "constant" -> (epoch, epochs) -> 1;
          case "cosine" -> (epoch, epochs) -> 0.5 * (1 + Math.cos(Math.PI * epoch / epochs));
          case "exponential" -> (epoch, epochs) -> Math.pow(0.1, (double) epoch / epochs);
          case "thirds" -> Schedule::thirds;
          default -> throw new SettingException("there is no schedule '" + name + "'");
        };
    return (epoch, epochs) ->
        epoch < warmup ? (epoch + 1.0) / (warmup + 1.0) : schedule.factor(epoch, epochs);
  }

  /**
   * 10^(-i/7) for 3^i epochs, i = 0 .. 7, 3,280 epochs in all (Burda et al. 2016, section 5), with
   * the same shares of a run of any length.
   */
  private static double thirds(int epoch, int epochs) {
    double place = 3280.0 * epoch / epochs;
    int stage = 0;
    for (double end = 1; place >= end && stage < 7; end += Math.pow(3, stage)) {
      stage++;
    }
    return Math.pow(10, -stage / 7.0);
  }
}
