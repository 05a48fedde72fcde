// Memory that a kernel needs while it runs, aligned for the widest vectors.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace nabla::runtime {

/// Uninitialised bytes at an address divisible by 64; none for size 0.
class Workspace {
public:
    Workspace() = default;
    explicit Workspace(std::size_t bytes) {
        if (bytes == 0) return;
        const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
        memory_.reset(std::aligned_alloc(alignment, rounded));
        if (memory_ == nullptr) throw std::bad_alloc();
    }
    void* data() const noexcept { return memory_.get(); }

private:
    static constexpr std::size_t alignment = 64;
    struct Release {
        void operator()(void* memory) const noexcept { std::free(memory); }
    };
    std::unique_ptr<void, Release> memory_;
};

}  // namespace nabla::runtime
