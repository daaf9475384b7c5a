// A stand-in for cuDNN 9's recurrent networks (libcudnn_adv.so.9), over host memory: one layer of an
// LSTM as the CUDA back end calls it, no more.
#include "dnn.h"

enum { STANDARD = 0, LSTM = 2, SINGLE_INP_BIAS = 1, SEQ_MAJOR_UNPACKED = 0, TRAINING = 1 };
enum { PADDED_IO_ENABLED = 1 };  // without it a layout that is not packed is refused
// What tests want to see refused: by cuDNN, for want of workspace, for gates that lie apart.
enum { NO_UNITS = 13, NO_WORKSPACE_BATCH = 13, APART_INPUTS = 13 };
enum { GAP = 8, WORKSPACE = 64 };

struct rnn {
  int in, units;
};

struct sequence {
  int steps, batch, width;
};

DESCRIPTOR(RNN, rnn)
DESCRIPTOR(RNNData, sequence)

int cudnnSetRNNDescriptor_v8(struct rnn *rnn, int algorithm, int cell, int bias, int direction,
                             int input, int type, int precision, int math_type, int in, int units,
                             int projection, int layers, struct dropout *dropout, unsigned flags) {
  *rnn = (struct rnn){in, units};
  if (algorithm != STANDARD || cell != LSTM || bias != SINGLE_INP_BIAS || direction || input ||
      type != FLOAT || precision != FLOAT || projection != units || layers != 1 || !dropout ||
      !dropout->is_set || flags != PADDED_IO_ENABLED || (math_type != DEFAULT_MATH && math_type != FMA_MATH))
    return BAD_PARAM;
  return units == NO_UNITS ? NOT_SUPPORTED : SUCCESS;
}

int cudnnSetRNNDataDescriptor(struct sequence *sequence, int type, int layout, int steps, int batch,
                              int width, const int *lengths, void *padding) {
  *sequence = (struct sequence){steps, batch, width};
  for (int i = 0; i < batch; i++)
    if (lengths[i] != steps) return BAD_PARAM;
  return type == FLOAT && layout == SEQ_MAJOR_UNPACKED && !padding ? SUCCESS : BAD_PARAM;
}

// Where the parts are, in floats: before, between and behind them are gaps.
static size_t input_weights(void) { return GAP; }
static size_t hidden_weights(const struct rnn *r) {
  return input_weights() + 4ul * r->units * r->in + GAP;
}
static size_t biases(const struct rnn *r) {
  return hidden_weights(r) + 4ul * r->units * r->units + GAP;
}
static size_t all(const struct rnn *r) { return biases(r) + 4ul * r->units + GAP; }

int cudnnGetRNNWeightSpaceSize(struct handle *handle, const struct rnn *r, size_t *bytes) {
  *bytes = 4 * all(r);
  return handle ? SUCCESS : BAD_PARAM;
}

int cudnnGetRNNWeightParams(struct handle *handle, const struct rnn *r, int layer, size_t bytes,
                            const void *space, int gate, struct tensor *weight_extents,
                            void **weight, struct tensor *bias_extents, void **bias) {
  if (!handle || layer || bytes != 4 * all(r) || !space || gate < 0 || gate > 7 || !weight_extents ||
      !bias_extents)
    return BAD_PARAM;
  const size_t units = r->units, apart = r->in == APART_INPUTS ? gate : 0;
  *weight = (float *)space + (gate < 4 ? input_weights() + gate * (units * r->in + apart)
                                       : hidden_weights(r) + (gate - 4) * units * units);
  *bias = gate < 4 ? (float *)space + biases(r) + gate * units : NULL;
  return SUCCESS;
}

// What is kept of a unit in a step: four gates, the cell, and the gradients by the gates.
enum { CELL = 4, GRADIENTS = 5, KEPT = 9 };

// An odd number of bytes behind it must not be lost either.
static size_t reserve_bytes(const struct rnn *r, const struct sequence *s) {
  return 4ul * s->steps * s->batch * r->units * KEPT + 1;
}

int cudnnGetRNNTempSpaceSizes(struct handle *handle, const struct rnn *r, int mode,
                              const struct sequence *x, size_t *workspace, size_t *reserve) {
  *workspace = x->batch == NO_WORKSPACE_BATCH && mode != TRAINING ? (size_t)1 << 40 : WORKSPACE;
  *reserve = mode == TRAINING ? reserve_bytes(r, x) : 0;
  return handle && x->width == r->in ? SUCCESS : BAD_PARAM;
}

struct pass {
  struct rnn rnn;
  struct sequence size;
  const float *x, *w, *y_in, *dy;
  float *y, *kept, *dx, *dw;
};

static float *kept_of(const struct pass *p, int row, int unit) {
  return p->kept + ((size_t)row * p->rnn.units + unit) * KEPT;
}

static void forward(const void *arguments) {
  const struct pass *p = arguments;
  const int units = p->rnn.units, in = p->rnn.in, batch = p->size.batch;
  const int rows = p->size.steps * batch;
  float *cells = calloc((size_t)rows * units, sizeof(float));
  for (int row = 0; row < rows; row++)
    for (int u = 0; u < units; u++) {
      double gates[4];
      for (int g = 0; g < 4; g++) {
        const float *of_input = p->w + input_weights() + ((size_t)g * units + u) * in;
        const float *of_hidden = p->w + hidden_weights(&p->rnn) + ((size_t)g * units + u) * units;
        double sum = p->w[biases(&p->rnn) + g * units + u];
        for (int i = 0; i < in; i++) sum += (double)of_input[i] * p->x[row * in + i];
        for (int i = 0; row >= batch && i < units; i++)
          sum += (double)of_hidden[i] * p->y[(row - batch) * units + i];
        gates[g] = g == 2 ? tanh(sum) : 1 / (1 + exp(-sum));
      }
      const double old = row < batch ? 0 : cells[(row - batch) * units + u];
      const double cell = gates[1] * old + gates[0] * gates[2];
      cells[row * units + u] = (float)cell;
      p->y[row * units + u] = (float)(gates[3] * tanh(cell));
      if (!p->kept) continue;
      float *kept = kept_of(p, row, u);
      for (int g = 0; g < 4; g++) kept[g] = (float)gates[g];
      kept[CELL] = (float)cell;
      for (int g = 0; g < 4; g++) kept[GRADIENTS + g] = NAN;
    }
  free(cells);
}

// Leaves the gradients by the gates to the other pass, and nothing for a second one of its own.
static void backward_data(const void *arguments) {
  const struct pass *p = arguments;
  const int units = p->rnn.units, in = p->rnn.in, batch = p->size.batch;
  const int rows = p->size.steps * batch;
  double *d_hidden = calloc((size_t)rows * units, sizeof(double));
  double *d_cell = calloc((size_t)rows * units, sizeof(double));
  for (int row = rows - 1; row >= 0; row--) {
    double *d_input = calloc(in, sizeof(double));
    for (int u = 0; u < units; u++) {
      float *kept = kept_of(p, row, u);
      const double i = kept[0], f = kept[1], g = kept[2], o = kept[3], shown = tanh(kept[CELL]);
      const double old = row < batch ? 0 : kept_of(p, row - batch, u)[CELL];
      const double dh = d_hidden[row * units + u] + p->dy[row * units + u];
      const double dc = d_cell[row * units + u] + dh * o * (1 - shown * shown);
      const double d_gates[4] = {dc * g * i * (1 - i), dc * old * f * (1 - f), dc * i * (1 - g * g),
                                 dh * shown * o * (1 - o)};
      if (row >= batch) d_cell[(row - batch) * units + u] = dc * f;
      for (int gate = 0; gate < 4; gate++) {
        const float *of_input = p->w + input_weights() + ((size_t)gate * units + u) * in;
        const float *of_hidden = p->w + hidden_weights(&p->rnn) + ((size_t)gate * units + u) * units;
        for (int j = 0; j < in; j++) d_input[j] += d_gates[gate] * of_input[j];
        for (int j = 0; row >= batch && j < units; j++)
          d_hidden[(row - batch) * units + j] += d_gates[gate] * of_hidden[j];
        kept[GRADIENTS + gate] = (float)d_gates[gate];
        kept[gate] = NAN;
      }
    }
    for (int j = 0; j < in; j++) p->dx[row * in + j] = (float)d_input[j];
    free(d_input);
  }
  free(d_hidden);
  free(d_cell);
}

static void backward_weights(const void *arguments) {
  const struct pass *p = arguments;
  const int units = p->rnn.units, in = p->rnn.in, batch = p->size.batch;
  for (int row = 0; row < p->size.steps * batch; row++)
    for (int u = 0; u < units; u++)
      for (int g = 0; g < 4; g++) {
        const float d_gate = kept_of(p, row, u)[GRADIENTS + g];
        float *of_input = p->dw + input_weights() + ((size_t)g * units + u) * in;
        float *of_hidden = p->dw + hidden_weights(&p->rnn) + ((size_t)g * units + u) * units;
        p->dw[biases(&p->rnn) + g * units + u] += d_gate;
        for (int j = 0; j < in; j++) of_input[j] += d_gate * p->x[row * in + j];
        for (int j = 0; row >= batch && j < units; j++)
          of_hidden[j] += d_gate * p->y_in[(row - batch) * units + j];
      }
}

static int check(const struct rnn *r, const struct sequence *x, const struct sequence *y,
                 const struct tensor *state, size_t weight_bytes, size_t workspace_bytes,
                 const void *workspace) {
  const struct tensor expected = {FLOAT, 1, x->batch, r->units, 1};
  return x->width == r->in && y->width == r->units && x->steps == y->steps &&
                 x->batch == y->batch && !memcmp(state, &expected, sizeof expected) &&
                 weight_bytes == 4 * all(r) && workspace && workspace_bytes >= WORKSPACE
             ? SUCCESS
             : BAD_PARAM;
}

int cudnnRNNForward(struct handle *handle, const struct rnn *r, int mode, const int *lengths,
                    const struct sequence *x, const void *in, const struct sequence *y, void *out,
                    const struct tensor *h, const void *hx, void *hy, const struct tensor *c,
                    const void *cx, void *cy, size_t weight_bytes, const void *weights,
                    size_t workspace_bytes, void *workspace, size_t reserve, void *kept) {
  if (lengths || hx || hy || cx || cy || memcmp(h, c, sizeof *h)) return BAD_PARAM;
  if (mode == TRAINING ? !kept || reserve != reserve_bytes(r, x) : kept || reserve) return BAD_PARAM;
  const int code = check(r, x, y, h, weight_bytes, workspace_bytes, workspace);
  if (code) return code;
  const struct pass pass = {*r, *x, in, weights, NULL, NULL, out, kept, NULL, NULL};
  return stand_in_enqueue(handle->stream, forward, &pass, sizeof pass);
}

int cudnnRNNBackwardData_v8(struct handle *handle, const struct rnn *r, const int *lengths,
                            const struct sequence *y, const void *out, const void *dy,
                            const struct sequence *x, void *dx, const struct tensor *h,
                            const void *hx, const void *dhy, void *dhx, const struct tensor *c,
                            const void *cx, const void *dcy, void *dcx, size_t weight_bytes,
                            const void *weights, size_t workspace_bytes, void *workspace,
                            size_t reserve, void *kept) {
  if (lengths || !out || hx || dhy || dhx || cx || dcy || dcx || memcmp(h, c, sizeof *h) ||
      reserve != reserve_bytes(r, x))
    return BAD_PARAM;
  const int code = check(r, x, y, h, weight_bytes, workspace_bytes, workspace);
  if (code) return code;
  const struct pass pass = {*r, *x, NULL, weights, out, dy, NULL, kept, dx, NULL};
  return stand_in_enqueue(handle->stream, backward_data, &pass, sizeof pass);
}

int cudnnRNNBackwardWeights_v8(struct handle *handle, const struct rnn *r, int mode,
                               const int *lengths, const struct sequence *x, const void *in,
                               const struct tensor *h, const void *hx, const struct sequence *y,
                               const void *out, size_t weight_bytes, void *d_weights,
                               size_t workspace_bytes, void *workspace, size_t reserve,
                               void *kept) {
  if (mode || lengths || hx || reserve != reserve_bytes(r, x)) return BAD_PARAM;  // ADD
  const int code = check(r, x, y, h, weight_bytes, workspace_bytes, workspace);
  if (code) return code;
  const struct pass pass = {*r, *x, in, NULL, out, NULL, NULL, kept, NULL, d_weights};
  return stand_in_enqueue(handle->stream, backward_weights, &pass, sizeof pass);
}
