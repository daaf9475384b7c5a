"""PyTorch's time for the training steps W1 to W5 of the benchmarks and for their LSTM, eager and
compiled.

    python3 peer.py [--device cuda] [--only W1 W5] [--json]

A step is forward, backward and optimizer, on random inputs of a fixed seed that stay on the device.
Eager is PyTorch as it comes; compiled is torch.compile(mode="reduce-overhead"), that is with CUDA
graphs; it goes back through the whole pass for each player, where eager prunes. Both with cuDNN's
benchmark mode and fused Adam, in FP32 and with TF32, and convolutions in both layouts, of which the
faster one is the peer.
"""

import argparse
import itertools
import json
import math
import multiprocessing
import statistics
import time
from concurrent.futures import ProcessPoolExecutor

import torch
import torch._functorch.config
import torch.nn.functional as F
from torch import nn

BATCH = {"W1": 100, "W2": 64, "W3": 100, "W4": 100, "W5": 64, "LSTM": 100, "LSTMForward": 100}
CONVOLUTIONAL = {"W2", "W3", "W5"}
LAYOUTS = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}


def adam(modules, rate, beta1=0.9):
    parameters = [p for m in modules for p in m.parameters()]
    fused = parameters[0].is_cuda
    return torch.optim.Adam(parameters, lr=rate, betas=(beta1, 0.999), fused=fused)


def draw(mean, log_variance):
    return mean + torch.randn_like(mean) * torch.exp(log_variance / 2)


def kl(mean, log_variance):
    return 0.5 * (mean * mean + log_variance.exp() - 1 - log_variance).sum()


def bce_sum(logits, target):
    return F.binary_cross_entropy_with_logits(logits, target, reduction="sum")


def bce(logits, label):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


class W1(nn.Module):
    """Variational auto-encoder of 784 pixels, two hidden layers of 400 each way."""

    def __init__(self, batch):
        super().__init__()
        relu = nn.ReLU
        self.encoder = nn.Sequential(
            nn.Linear(784, 400), relu(), nn.Linear(400, 400), relu(), nn.Linear(400, 40)
        )
        self.decoder = nn.Sequential(
            nn.Linear(20, 400), relu(), nn.Linear(400, 400), relu(), nn.Linear(400, 784)
        )
        self.batch = batch

    def inputs(self):
        return [torch.rand(self.batch, 784)]

    def losses(self, x):
        mean, log_variance = self.encoder(x).chunk(2, 1)
        logits = self.decoder(draw(mean, log_variance))
        return [(bce_sum(logits, x) + kl(mean, log_variance)) / self.batch]

    def players(self):
        return [([self], adam([self], 1e-3))]


class W2(nn.Module):
    """VAE + GAN (Larsen et al.) of 28 x 28 pixels: one pass, three players."""

    def __init__(self, batch):
        super().__init__()
        leaky = lambda: nn.LeakyReLU(0.2)
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 64, 4, 2, 1, bias=False), nn.BatchNorm2d(64), leaky(),
            nn.Conv2d(64, 128, 4, 2, 1, bias=False), nn.BatchNorm2d(128), leaky(),
            nn.Flatten(), nn.Linear(6272, 128),
        )
        self.generator = nn.Sequential(
            nn.Linear(64, 6272, bias=False), nn.BatchNorm1d(6272), nn.ReLU(),
            nn.Unflatten(1, (128, 7, 7)),
            nn.ConvTranspose2d(128, 64, 4, 2, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
            nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Sigmoid(),
        )
        self.features = nn.Sequential(
            nn.Conv2d(1, 64, 4, 2, 1), leaky(),
            nn.Conv2d(64, 128, 4, 2, 1, bias=False), nn.BatchNorm2d(128), leaky(),
        )
        self.judge = nn.Sequential(nn.Flatten(), nn.Linear(6272, 1))
        self.batch = batch

    def inputs(self):
        return [torch.rand(self.batch, 1, 28, 28)]

    def losses(self, x):
        mean, log_variance = self.encoder(x).chunk(2, 1)
        made = self.generator(draw(mean, log_variance))
        sampled = self.generator(torch.randn_like(mean))
        real_features, made_features = self.features(x), self.features(made)
        real, fake = self.judge(real_features), self.judge(made_features)
        other = self.judge(self.features(sampled))
        prior = kl(mean, log_variance) / self.batch
        likeness = ((real_features - made_features) ** 2).sum() / 2 / self.batch
        return [
            prior + likeness,
            likeness + bce(fake, 1.0) + bce(other, 1.0),
            bce(real, 1.0) + bce(fake, 0.0) + bce(other, 0.0),
        ]

    def players(self):
        judges = [self.features, self.judge]
        return [
            ([self.encoder], adam([self.encoder], 2e-4, 0.5)),
            ([self.generator], adam([self.generator], 2e-4, 0.5)),
            (judges, adam(judges, 2e-4, 0.5)),
        ]


class W3(nn.Module):
    """Semi-supervised VAE (Kingma's M2) with convolutions: as many labelled as unlabelled images.

    Both kinds go through a network as one batch. What a first layer sees of an image is computed
    once for all labels, to which a row is added for each: as if the label's one-hot code were among
    its inputs. Pools come before rectifiers, which then see a quarter.
    """

    CLASSES, LATENT, HIDDEN, FEATURES = 10, 50, 256, 3136

    def __init__(self, batch):
        super().__init__()

        def trunk():
            return nn.Sequential(
                nn.Conv2d(1, 32, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(),
                nn.Conv2d(32, 64, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(),
            )

        self.classifier = nn.Sequential(
            trunk(), nn.Linear(self.FEATURES, self.HIDDEN), nn.ReLU(),
            nn.Linear(self.HIDDEN, self.CLASSES),
        )
        self.encoder = nn.Sequential(trunk(), nn.Linear(self.FEATURES, self.HIDDEN))
        self.seen_labels = nn.Linear(self.CLASSES, self.HIDDEN, bias=False)
        self.posterior = nn.Linear(self.HIDDEN, 2 * self.LATENT)
        self.joint = nn.Linear(self.LATENT, self.HIDDEN)
        self.told_labels = nn.Linear(self.CLASSES, self.HIDDEN, bias=False)
        self.decoder = nn.Sequential(
            nn.ReLU(), nn.Linear(self.HIDDEN, self.FEATURES), nn.ReLU(),
            nn.Unflatten(1, (64, 7, 7)), nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.ReLU(),
            nn.ConvTranspose2d(32, 1, 4, 2, 1),
        )
        self.batch = batch

    def inputs(self):
        labels = F.one_hot(torch.randint(0, self.CLASSES, (self.batch,)), self.CLASSES).float()
        images = torch.rand(2, self.batch, 1, 28, 28)
        return [images[0], labels, images[1]]

    def rows(self, labelled, of_labels, y, table):
        """Labelled rows with their label's row of a table, the others with every row of it."""
        others = of_labels + table.weight.t()
        return torch.cat([labelled + table(y), others.flatten(0, 1)])

    def losses(self, labelled, y, unlabelled):
        n = self.batch
        images = torch.cat([labelled, unlabelled])
        features = self.encoder(images)
        seen = self.rows(features[:n], features[n:].unsqueeze(1), y, self.seen_labels)
        mean, log_variance = self.posterior(F.relu(seen)).chunk(2, 1)
        codes = self.joint(draw(mean, log_variance))
        each = codes[n:].view(n, self.CLASSES, self.HIDDEN)
        logits = self.decoder(self.rows(codes[:n], each, y, self.told_labels))
        targets = torch.cat([labelled, unlabelled.repeat_interleave(self.CLASSES, 0)])
        error = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        divergence = 0.5 * (mean * mean + log_variance.exp() - 1 - log_variance)
        bounds = error.flatten(1).sum(1) + divergence.sum(1) + math.log(self.CLASSES)
        guesses = self.classifier(images).log_softmax(1)
        wrong = -(guesses[:n] * y).sum(1)
        q = guesses[n:]
        expected = (q.exp() * (bounds[n:].view(n, self.CLASSES) + q)).sum(1)
        alpha = 0.1 * n
        return [bounds[:n].mean() + expected.mean() + alpha * wrong.mean()]

    def players(self):
        return [([self], adam([self], 3e-4))]


class W4(nn.Module):
    """DRAW (Gregor et al.) with attention: 64 glimpses of 28 x 28 pixels."""

    STEPS, HIDDEN, LATENT, READ, WRITE, SIDE = 64, 256, 100, 2, 5, 28

    def __init__(self, batch):
        super().__init__()
        self.encoder = nn.LSTMCell(2 * self.READ**2 + self.HIDDEN, self.HIDDEN)
        self.decoder = nn.LSTMCell(self.LATENT, self.HIDDEN)
        self.code = nn.Linear(self.HIDDEN, 2 * self.LATENT)
        self.read_window = nn.Linear(self.HIDDEN, 5)
        self.write_window = nn.Linear(self.HIDDEN, 5)
        self.patch = nn.Linear(self.HIDDEN, self.WRITE**2)
        self.batch = batch

    def inputs(self):
        return [torch.rand(self.batch, self.SIDE, self.SIDE)]

    def filters(self, parameters, size):
        side = self.SIDE
        x, y, log_variance, log_distance, log_intensity = parameters.split(1, 1)
        distance = (side - 1) / (size - 1) * log_distance.exp()
        offsets = torch.arange(size, device=x.device) - size / 2 + 0.5
        pixels = torch.arange(side, device=x.device)

        def along(centre):
            means = (side + 1) / 2 * (centre + 1) + offsets * distance
            f = torch.exp(
                -((pixels - means.unsqueeze(2)) ** 2) / (2 * log_variance.exp().unsqueeze(2))
            )
            return f / (f.sum(2, keepdim=True) + 1e-8)

        return along(x), along(y), log_intensity.exp()

    def losses(self, x):
        zeros = x.new_zeros(self.batch, self.HIDDEN)
        encoder, decoder = (zeros, zeros), (zeros, zeros)
        canvas, divergence = torch.zeros_like(x), 0.0
        for _ in range(self.STEPS):
            error = x - canvas.sigmoid()
            fx, fy, intensity = self.filters(self.read_window(decoder[0]), self.READ)
            glimpses = [(fy @ i @ fx.transpose(1, 2)).flatten(1) * intensity for i in (x, error)]
            encoder = self.encoder(torch.cat(glimpses + [decoder[0]], 1), encoder)
            mean, log_variance = self.code(encoder[0]).chunk(2, 1)
            divergence = divergence + kl(mean, log_variance)
            decoder = self.decoder(draw(mean, log_variance), decoder)
            fx, fy, intensity = self.filters(self.write_window(decoder[0]), self.WRITE)
            patch = self.patch(decoder[0]).view(-1, self.WRITE, self.WRITE)
            canvas = canvas + fy.transpose(1, 2) @ patch @ fx / intensity.unsqueeze(2)
        return [(bce_sum(canvas, x) + divergence) / self.batch]

    def players(self):
        return [([self], adam([self], 1e-3))]

    max_norm = 5.0


class W5(nn.Module):
    """DCGAN of 64 x 64 pixels: a step of the discriminator and one of the generator."""

    def __init__(self, batch):
        super().__init__()
        widths = [512, 256, 128, 64, 3]
        # On images of one pixel a transposed convolution is a product, and so is the last one.
        up = [nn.Linear(100, 512 * 16, bias=False), nn.Unflatten(1, (512, 4, 4))]
        up += [nn.BatchNorm2d(512), nn.ReLU()]
        down = []
        for many, few in zip(widths, widths[1:]):
            up += [nn.ConvTranspose2d(many, few, 4, 2, 1, bias=few == 3)]
            up += [nn.BatchNorm2d(few), nn.ReLU()] if few > 3 else [nn.Tanh()]
            norm = [nn.BatchNorm2d(many)] if few > 3 else []
            down = [nn.Conv2d(few, many, 4, 2, 1, bias=few == 3), *norm, nn.LeakyReLU(0.2)] + down
        self.generator = nn.Sequential(*up)
        self.discriminator = nn.Sequential(*down, nn.Flatten(), nn.Linear(512 * 16, 1))
        self.batch = batch

    def inputs(self):
        return [torch.rand(self.batch, 3, 64, 64) * 2 - 1]

    def losses(self, x):
        made = self.generator(torch.randn(self.batch, 100, device=x.device))
        real, fake = self.discriminator(x), self.discriminator(made)
        return [bce(fake, 1.0), bce(real, 1.0) + bce(fake, 0.0)]

    def players(self):
        return [
            ([self.generator], adam([self.generator], 2e-4)),
            ([self.discriminator], adam([self.discriminator], 2e-4)),
        ]


class LSTM(nn.Module):
    """An LSTM over a sequence, and the gradients of a weighted sum of its outputs by everything."""

    STEPS, INPUT, HIDDEN = 28, 28, 256

    def __init__(self, batch):
        super().__init__()
        self.lstm = nn.LSTM(self.INPUT, self.HIDDEN)
        self.x = nn.Parameter(torch.randn(self.STEPS, batch, self.INPUT))
        self.batch = batch

    def inputs(self):
        return [torch.randn(self.STEPS, self.batch, self.HIDDEN)]

    def losses(self, dy):
        return [(self.lstm(self.x)[0] * dy).sum()]

    def players(self):
        return [([self], None)]


class LSTMForward(LSTM):
    """The same, forward only."""

    def losses(self, dy):
        return [self.lstm(self.x)[0]]

    def players(self):
        return []


def step_of(model, forward):
    players = model.players()
    max_norm = getattr(model, "max_norm", None)
    parameters = [[p for m in modules for p in m.parameters()] for modules, _ in players]

    def step(inputs):
        if not players:
            with torch.no_grad():
                return forward(*inputs)
        losses = forward(*inputs)
        # All gradients before any update, each player's by its own loss alone.
        for i, (loss, own) in enumerate(zip(losses, parameters)):
            gradients = torch.autograd.grad(loss, own, retain_graph=i + 1 < len(losses))
            for parameter, gradient in zip(own, gradients):
                if gradient.stride() != parameter.stride():  # What fused Adam refuses.
                    gradient = torch.empty_like(parameter).copy_(gradient)
                parameter.grad = gradient
        for own, (_, optimizer) in zip(parameters, players):
            if max_norm:
                torch.nn.utils.clip_grad_norm_(own, max_norm)
            if optimizer:
                optimizer.step()
        return losses

    return step


def measure(workload, mode, precision, layout, options):
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    torch.backends.cudnn.allow_tf32 = precision == "tf32"
    # A step of several players goes back through one compiled pass more than once.
    torch._functorch.config.donated_buffer = False
    torch.manual_seed(1)
    device, compiled, form = options.device, mode == "compiled", LAYOUTS[layout]
    batch = options.batch or BATCH[workload]
    model = globals()[workload](batch).to(device, memory_format=form)
    inputs = [x.to(device) for x in model.inputs()]
    inputs = [x.to(memory_format=form) if x.dim() == 4 else x for x in inputs]
    forward = torch.compile(model.losses, mode="reduce-overhead") if compiled else model.losses
    step = step_of(model, forward)

    def run():
        if compiled:
            torch.compiler.cudagraph_mark_step_begin()
        started = time.perf_counter()
        losses = step(inputs)
        if device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - started, losses

    began = time.perf_counter()
    for _ in range(5):
        _, losses = run()
    first = time.perf_counter() - began
    if not all(loss.isfinite().all().item() for loss in losses):
        raise ArithmeticError(f"the loss is {losses}")
    times = []
    while len(times) < 20 or sum(times) < options.seconds:
        times.append(run()[0])
    return {
        "card": torch.cuda.get_device_name() if device == "cuda" else "CPU",
        "batch": batch,
        "ms": round(1e3 * statistics.median(times), 4),
        "best_ms": round(1e3 * min(times), 4),
        "steps": len(times),
        "first_5_steps_s": round(first, 2),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    parser.add_argument("--only", nargs="+", default=list(BATCH), choices=list(BATCH))
    parser.add_argument("--batch", type=int, help="instead of each workload's own; to try it out")
    parser.add_argument("--modes", nargs="+", default=["eager", "compiled"])
    parser.add_argument("--precisions", nargs="+", default=["fp32", "tf32"], choices=["fp32", "tf32"])
    parser.add_argument("--layouts", nargs="+", default=list(LAYOUTS), choices=list(LAYOUTS))
    parser.add_argument("--seconds", type=float, default=2.0, help="of steps to time, at least")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    cases = itertools.product(options.precisions, options.only, options.modes, options.layouts)
    for precision, name, mode, layout in cases:
        if name not in CONVOLUTIONAL and layout != options.layouts[0]:
            continue
        # A process each: what failed to compile must not disturb the next.
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
            case = {"workload": name, "mode": mode, "precision": precision, "layout": layout}
            try:
                row = process.submit(measure, **case, options=options).result()
            except Exception as failure:  # One that fails must not hide the others' times.
                row = {"failed": repr(failure).split("\n")[0]}
            row = case | row | {"torch": torch.__version__}
            print(json.dumps(row) if options.json else row, flush=True)


if __name__ == "__main__":
    main()
