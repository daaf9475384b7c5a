package dev.glimpse.bench.libtorch;

import java.util.Arrays;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Type.TypePtr;
import org.bytedeco.pytorch.global.torch;

/**
 * Adam by LibTorch's fused operator, {@code aten::_fused_adam_}: one pass over each parameter. The
 * presets bind no function for it, so it is called by name through the dispatcher. It walks through
 * memory whatever the strides: gradients must lie as their parameters do.
 */
final class FusedAdam {
  private final OperatorHandle operator =
      Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adam_", "");
  private final TypePtr tensorType = new TensorList().elementType();
  private final Tensor step = torch.zeros(1);
  private final Scalar one = new Scalar(1f);
  private final TensorVector parameters;
  private final IValue parameterList;
  private final IValue firstMoments;
  private final IValue secondMoments;
  private final IValue maxSecondMoments = new IValue(new GenericList(tensorType));
  private final IValue steps;
  private final IValue learningRate;
  private final IValue beta1;
  private final IValue beta2 = new IValue(0.999);
  private final IValue weightDecay = new IValue(0.0);
  private final IValue epsilon = new IValue(1e-8);
  private final IValue no = new IValue(false);
  private final IValue none = new IValue();

  FusedAdam(Tensor[] parameters, double learningRate) {
    this(parameters, learningRate, 0.9);
  }

  FusedAdam(Tensor[] parameters, double learningRate, double beta1) {
    this.parameters = new TensorVector(parameters);
    this.parameterList = new IValue(list(parameters));
    this.firstMoments = new IValue(zerosLike(parameters));
    this.secondMoments = new IValue(zerosLike(parameters));
    Tensor[] sameStep = new Tensor[parameters.length];
    Arrays.fill(sameStep, step);
    this.steps = new IValue(list(sameStep));
    this.learningRate = new IValue(learningRate);
    this.beta1 = new IValue(beta1);
  }

  private GenericList list(Tensor... tensors) {
    var list = new GenericList(tensorType);
    for (Tensor tensor : tensors) {
      list.push_back(new IValue(tensor));
    }
    return list;
  }

  private GenericList zerosLike(Tensor[] tensors) {
    var list = new GenericList(tensorType);
    for (Tensor tensor : tensors) {
      list.push_back(new IValue(torch.zeros_like(tensor).detach()));
    }
    return list;
  }

  /** What gradients are wanted by. */
  TensorVector parameters() {
    return parameters;
  }

  /** Updates all parameters; what it allocates belongs to the caller's scope. */
  void step(TensorVector gradients) {
    Scopes.withoutGradients(
        () -> {
          step.add_(one);
          operator.callBoxed(arguments(gradients));
        });
  }

  private IValueVector arguments(TensorVector gradients) {
    return new IValueVector(
        parameterList,
        new IValue(list(gradients.get())),
        firstMoments,
        secondMoments,
        maxSecondMoments,
        steps,
        learningRate,
        beta1,
        beta2,
        weightDecay,
        epsilon,
        no, // amsgrad
        no, // maximize
        none, // grad_scale
        none); // found_inf
  }
}
