package dev.vectorkeeper.bench;

import java.sql.SQLException;
import java.util.List;

/**
 * Several sides measured in turns, so that what else the machine is at falls on all of them alike.
 * A round measures each side once; every round starts with another side. A first round warms up and
 * is not counted.
 */
final class Turns {
  /** One thing that is measured. */
  interface Side {
    /** Does it once; gives its figure, such as seconds or rows a second. */
    double measure() throws SQLException;
  }

  /** Something of which the time is taken. */
  interface Work {
    void run() throws SQLException;
  }

  /** The figures of each side, by round. */
  private final double[][] figures;

  private Turns(double[][] figures) {
    this.figures = figures;
  }

  static Turns take(int rounds, List<Side> sides) throws SQLException {
    double[][] figures = new double[sides.size()][rounds];
    for (Side side : sides) {
      side.measure();
    }
    for (int round = 0; round < rounds; round++) {
      for (int turn = 0; turn < sides.size(); turn++) {
        int side = (turn + round) % sides.size();
        figures[side][round] = sides.get(side).measure();
      }
    }
    return new Turns(figures);
  }

  /** Seconds that something takes. */
  static double seconds(Work work) throws SQLException {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e9;
  }

  /** The median figure of a side. */
  double median(int side) {
    return Figures.median(figures[side]);
  }

  /** The median over the rounds of one side's figure divided by another's. */
  double ratio(int side, int by) {
    double[] ratios = new double[figures[side].length];
    for (int round = 0; round < ratios.length; round++) {
      ratios[round] = figures[side][round] / figures[by][round];
    }
    return Figures.median(ratios);
  }
}
