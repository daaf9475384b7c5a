package dev.glimpse.metrics;

import java.util.OptionalDouble;

/**
 * How good a set of images is, with a classifier as the judge; made by {@link
 * SampleQualityBuilder}. That of real test images is what generated ones are to be compared with.
 *
 * @param images how many
 * @param fid {@link FrechetDistance} of their features from those of real images; lower is better
 * @param classifierScore {@link ClassifierScore}, 1 to the number of classes; higher is better
 * @param labelAccuracy {@link LabelAccuracy}, 0 to 1; absent for images without labels
 * @param sharpness {@link Sharpness}; good is that of real images
 * @param diversity {@link Diversity} within what the classifier reads as one label; good is that of
 *     real images
 */
public record SampleQuality(
    int images,
    double fid,
    double classifierScore,
    OptionalDouble labelAccuracy,
    double sharpness,
    double diversity) {}
