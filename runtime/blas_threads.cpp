#include "runtime/blas_threads.hpp"

#include <cblas.h>

namespace nabla::runtime {

// The JIT opens the same libopenblas that this library is linked with: one setting for both.
void keep_blas_on_callers_thread() { openblas_set_num_threads(1); }

}  // namespace nabla::runtime
