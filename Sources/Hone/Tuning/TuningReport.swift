import OpenCLBackend

/// What a search of tiles found.
package struct TuningReport: Sendable {
    /// One problem: a kernel with sizes that some layers share.
    package struct Row: Sendable {
        package let batch: Int
        /// Names of nodes.
        package let layers: [String]
        package let kernel: String
        package let shape: String
        package let preset: String
        package let presetMicroseconds: Double
        package let tile: String
        package let microseconds: Double
        /// How many tiles were timed, of how many; 0 where an earlier search found the tile.
        package var timedCount = 0
        package var candidateCount = 0
        /// Tiles that gave other bits, or did not run.
        package var refused: [(tile: String, reason: String)] = []

        /// How many tiles were run, of `candidateCount`.
        package var triedCount: Int { timedCount + refused.count }

        init(batch: Int, layers: [String], _ entry: TunedTiles.Entry) {
            (self.batch, self.layers) = (batch, layers)
            (kernel, shape) = (entry.kernel, entry.shape)
            (preset, presetMicroseconds) = (entry.preset, entry.presetMicroseconds)
            (tile, microseconds) = (entry.tile, entry.microseconds)
        }

        /// By how much less time it takes, as a share of the preset's.
        package var gain: Double { presetMicroseconds > 0 ? 1 - microseconds / presetMicroseconds : 0 }
    }

    package let device: String
    /// The file that keeps the tiles.
    package let path: String
    package internal(set) var rows: [Row] = []
    /// Problems for which there was no time.
    package internal(set) var leftCount = 0

    /// Of all layers, one after the other.
    package var presetMicroseconds: Double { rows.reduce(0) { $0 + $1.presetMicroseconds * Double($1.layers.count) } }
    package var microseconds: Double { rows.reduce(0) { $0 + $1.microseconds * Double($1.layers.count) } }
    package var gain: Double { presetMicroseconds > 0 ? 1 - microseconds / presetMicroseconds : 0 }
}
