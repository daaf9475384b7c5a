package dev.glimpse.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SumAccuracyTest {
  /** Added one by one to a single float they would be off by 3 in 1,000. */
  @Test
  void sumsOfManyTermsKeepTheirDigits() {
    int terms = 400_000;
    Tensor x = Tensor.of(new Input("x", Shape.of(terms, 1)));
    float[] values = new float[terms];
    Arrays.fill(values, 1.1f);
    try (var store = new ParameterStore(TestDevices.own(), List.of(), 0);
        Plan plan =
            new PlanBuilder(store)
                .output("column sum", Ops.columnSum(x))
                .output("sum", Tensor.of(new Sum(1), x))
                .build()) {
      plan.set("x", values);
      plan.run();
      for (String name : List.of("column sum", "sum")) {
        assertEquals(1, plan.read(name).get(0) / (1.1f * (double) terms), 1e-4, name);
      }
    }
  }
}
