package dev.glimpse.graph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Lays out blocks of memory so that two share bytes only if they are never alive at once: largest
 * first, each at the lowest place that is free for all its life.
 */
final class Arena {
  private final int alignment;
  private final List<Block> blocks = new ArrayList<>();
  private long size;

  Arena(int alignment) {
    this.alignment = alignment;
  }

  /** Memory that is alive from one position of the plan to another, both included. */
  static final class Block {
    final String name;
    final long bytes;
    int first;
    int last;
    long offset;

    Block(String name, long bytes, int first, int last) {
      this.name = name;
      this.bytes = bytes;
      this.first = first;
      this.last = last;
    }

    private boolean meets(Block other) {
      return first <= other.last && other.first <= last;
    }
  }

  Block add(String name, long bytes, int first, int last) {
    var block = new Block(name, align(bytes), first, last);
    blocks.add(block);
    return block;
  }

  void remove(Block block) {
    blocks.remove(block);
  }

  private long align(long bytes) {
    return (bytes + alignment - 1) / alignment * alignment;
  }

  /** Finds every block its offset. */
  void layOut() {
    var placed = new ArrayList<Block>();
    var bySize = new ArrayList<>(blocks);
    bySize.sort(Comparator.comparingLong((Block b) -> -b.bytes));
    for (Block block : bySize) {
      long offset = 0;
      for (Block other : placed) {
        if (other.offset >= offset + block.bytes) {
          break;
        }
        if (other.meets(block)) {
          offset = Math.max(offset, other.offset + other.bytes);
        }
      }
      block.offset = offset;
      size = Math.max(size, offset + block.bytes);
      placed.add(block);
      placed.sort(Comparator.comparingLong(b -> b.offset));
    }
  }

  /** The bytes that all blocks take together. */
  long size() {
    return size;
  }

  List<Block> blocks() {
    return blocks;
  }
}
