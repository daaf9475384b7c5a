package dev.glimpse.profile;

import dev.glimpse.device.Launch;
import dev.glimpse.device.Recording.Timing;
import dev.glimpse.device.Work;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the steps of a plan took. A typical step is put together from the median of each launch, and
 * of each gap between two; so its parts add up, however they are grouped.
 */
public final class Profile {
  private final List<Work> launches;
  private final List<List<Timing>> steps;
  private final double[] seconds;
  private final double[] best;
  private final double[] gaps;
  private final double wallSeconds;
  private final double hostSeconds;
  private final long arenaBytes;

  /**
   * @param launches of a step
   * @param steps the timings of each step, one for each launch
   * @param wallSeconds of each step without profiling, from its first call until the device is done
   * @param hostSeconds of these the time until all was enqueued
   */
  Profile(
      List<Work> launches,
      List<List<Timing>> steps,
      double[] wallSeconds,
      double[] hostSeconds,
      long arenaBytes) {
    this.launches = List.copyOf(launches);
    this.steps = List.copyOf(steps);
    int n = launches.size();
    this.seconds = IntStream.range(0, n).mapToDouble(i -> median(times(i))).toArray();
    this.best =
        IntStream.range(0, n).mapToDouble(i -> Arrays.stream(times(i)).min().orElse(0)).toArray();
    this.gaps = IntStream.range(1, n).mapToDouble(i -> median(gapsBefore(i))).toArray();
    this.wallSeconds = median(wallSeconds);
    this.hostSeconds = median(hostSeconds);
    this.arenaBytes = arenaBytes;
  }

  private double[] times(int launch) {
    return steps.stream()
        .mapToDouble(step -> (step.get(launch).end() - step.get(launch).start()) / 1e9)
        .toArray();
  }

  private double[] gapsBefore(int launch) {
    return steps.stream()
        .mapToDouble(step -> (step.get(launch).start() - step.get(launch - 1).end()) / 1e9)
        .toArray();
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The launches of a step, in order. */
  public List<Work> launches() {
    return launches;
  }

  /** The timings of each measured step, as they were. */
  public List<List<Timing>> steps() {
    return steps;
  }

  /** The time of one launch on the device, in seconds. */
  public double seconds(int launch) {
    return seconds[launch];
  }

  /** The time in which the device computes, in seconds per step. */
  public double busySeconds() {
    return Arrays.stream(seconds).sum();
  }

  /** The time between launches, in seconds per step. */
  public double gapSeconds() {
    return Arrays.stream(gaps).sum();
  }

  /** The longest time between two launches, in seconds. */
  public double largestGapSeconds() {
    return Arrays.stream(gaps).max().orElse(0);
  }

  /** A step without profiling, until the device is done, in seconds. */
  public double wallSeconds() {
    return wallSeconds;
  }

  /** The time in which the host enqueues a step, in seconds. */
  public double hostSeconds() {
    return hostSeconds;
  }

  /** Floating-point operations per step. */
  public long flops() {
    return launches.stream().mapToLong(launch -> launch.cost().flops()).sum();
  }

  /** Bytes read and written per step, each operand of a launch counted once. */
  public long bytes() {
    return launches.stream().mapToLong(launch -> launch.cost().bytes()).sum();
  }

  /** The memory of intermediate tensors. */
  public long arenaBytes() {
    return arenaBytes;
  }

  /** All launches as one row. */
  public Row total(Roof roof) {
    return row("total", IntStream.range(0, launches.size()).boxed().toList(), roof);
  }

  /** The launches in groups, the one that takes longest first. */
  public List<Row> rows(Grouping grouping, Roof roof) {
    var groups = new LinkedHashMap<String, List<Integer>>();
    for (int i = 0; i < launches.size(); i++) {
      String key = grouping.key(i, launches.get(i));
      groups.computeIfAbsent(key, name -> new ArrayList<>()).add(i);
    }
    return groups.entrySet().stream()
        .map(group -> row(group.getKey(), group.getValue(), roof))
        .sorted(Comparator.comparingDouble(Row::seconds).reversed())
        .toList();
  }

  private Row row(String name, List<Integer> members, Roof roof) {
    double time = 0;
    double bestTime = 0;
    double roofTime = 0;
    long flops = 0;
    long bytes = 0;
    for (int i : members) {
      Launch.Cost cost = launches.get(i).cost();
      time += seconds[i];
      bestTime += best[i];
      roofTime += roof.seconds(cost);
      flops += cost.flops();
      bytes += cost.bytes();
    }
    double busy = busySeconds();
    double share = busy > 0 ? time / busy : 0;
    return new Row(name, members.size(), time, bestTime, share, flops, bytes, roofTime);
  }
}
