// OpenBLAS in this process.
#pragma once

namespace nabla::runtime {

/// Makes OpenBLAS work on the thread that calls it, for the whole process. Kernels promise to run
/// on their caller's thread, many callers may run kernels at once, and sums that are split by the
/// number of cores would make a fit depend on the machine. Called before the first kernel is made,
/// and when the command line tool starts.
void keep_blas_on_callers_thread();

}  // namespace nabla::runtime
