#if MPI
    import CMPI
    import Foundation
    import Tensors

    /// Processes that an MPI launcher such as `mpirun` started.
    struct MessagePassing: Transport {
        let rank: Int
        let count: Int
        let threads: Int?

        /// What launchers tell their processes: of Open MPI, of PMIx, and of PMI (MPICH, Slurm).
        private static let signs = ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"]

        /// Joins the job; nil for a process that no launcher started, which then has nothing to do with MPI.
        ///
        /// - Throws: `.communication`.
        static func join() throws(HoneError) -> MessagePassing? {
            let environment = ProcessInfo.processInfo.environment
            guard signs.contains(where: { environment[$0] != nil }) else { return nil }
            var place = cmpi_place()
            try check(cmpi_join(&place), "joining the job")
            return MessagePassing(place)
        }

        private init(_ place: cmpi_place) {
            (rank, count) = (Int(place.rank), Int(place.count))
            let share = Int(place.node_processors) / max(1, Int(place.node_ranks))
            // A rank that is bound to fewer processors cannot use more.
            threads = min(max(1, share), ProcessInfo.processInfo.activeProcessorCount)
        }

        func send(_ bytes: UnsafeRawBufferPointer, to rank: Int) throws(HoneError) {
            let code = cmpi_send(bytes.baseAddress, Int32(bytes.count), Int32(rank))
            try Self.check(code, "sending to rank \(rank)")
        }

        func receive(into bytes: UnsafeMutableRawBufferPointer, from rank: Int) throws(HoneError) {
            let code = cmpi_receive(bytes.baseAddress, Int32(bytes.count), Int32(rank))
            try Self.check(code, "receiving from rank \(rank)")
        }

        func gather(_ number: Int32) throws(HoneError) -> [Int32] {
            var all = [Int32](repeating: 0, count: count)
            let code = all.withUnsafeMutableBufferPointer { cmpi_gather(number, $0.baseAddress) }
            try Self.check(code, "waiting for all ranks")
            return all
        }

        // An error here changes nothing: the work is done.
        func leave() { _ = cmpi_leave() }

        func abort(status: Int32) { cmpi_abort(status) }

        private static func check(_ code: Int32, _ task: String) throws(HoneError) {
            guard code != 0 else { return }
            var text = [CChar](repeating: 0, count: 512)
            cmpi_describe(code, &text, text.count)
            let words = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw HoneError(
                .communication, "MPI failed while \(task): \(words) (\(code))",
                remedy: "check that 'mpirun' is of the MPI that this program was built with")
        }
    }
#endif
