// Vectors that begin at a cache line, so that no vector register is loaded from two of them.
//
// Half of all loads and stores of a sweep cross a line where the array starts between two; that costs
// a sixth of its time.

#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace neuro {

template <class T>
struct LineAllocator {
  using value_type = T;
  static constexpr std::align_val_t LINE{64};

  LineAllocator() = default;
  template <class U>
  LineAllocator(const LineAllocator<U>&) {}

  T* allocate(size_t count) {
    return static_cast<T*>(::operator new(count * sizeof(T), LINE));
  }
  void deallocate(T* first, size_t) { ::operator delete(first, LINE); }

  template <class U>
  bool operator==(const LineAllocator<U>&) const {
    return true;
  }
  template <class U>
  bool operator!=(const LineAllocator<U>&) const {
    return false;
  }
};

template <class T>
using Aligned = std::vector<T, LineAllocator<T>>;

}  // namespace neuro
