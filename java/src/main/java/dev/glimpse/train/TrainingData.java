package dev.glimpse.train;

import dev.glimpse.data.DataException;
import dev.glimpse.data.ImageSet;
import dev.glimpse.data.Splits;

/**
 * The images of a training, as its model sees them.
 *
 * @param shape of those that have labels, if any
 * @param train all to learn from; one pass over them is an epoch
 * @param labelled those whose labels a semi-supervised model knows; null for another one
 * @param validation what it is judged by meanwhile
 * @param test what it is judged by in the end
 * @param batch images per step
 */
record TrainingData(
    DataShape shape,
    ImageSet train,
    ImageSet labelled,
    ImageSet validation,
    ImageSet test,
    int batch) {

  /**
   * What settings make of a data set.
   *
   * @throws DataException where a semi-supervised model is to know fewer labels than there are
   *     classes, or more than a class has images
   */
  static TrainingData of(Splits splits, Model model, Settings settings) {
    long seed = settings.integer("train.seed");
    int size = settings.integer("train.size");
    Binarisation binarisation = Binarisation.of(settings);
    ImageSet all = model.semiSupervised() ? splits.unlabelled() : splits.train();
    ImageSet used = size > 0 ? all.first(size) : all;
    ImageSet labelled =
        model.semiSupervised()
            ? splits.train().balanced(settings.integer(TrainingSettings.LABELS), seed)
            : null;
    return new TrainingData(
        DataShape.of(splits.train()),
        binarisation.forTraining(used, seed),
        labelled == null ? null : binarisation.forTraining(labelled, seed),
        binarisation.forEvaluation(splits.validation()),
        binarisation.forEvaluation(splits.test()),
        Math.min(settings.integer("train.batch"), used.size()));
  }
}
