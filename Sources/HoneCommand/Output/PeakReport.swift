import Hone
import Reporting

/// What `hone benchmark peaks` prints.
struct PeakReport {
    let devices: [DevicePeaks]

    var text: String {
        devices.map { device in
            var table = TextTable(["\(device.device), \(device.name)", ""])
            for figure in device.figures {
                table.add([figure.label, figure.value.map { Quantity.fixed($0, $0 < 100 ? 2 : 0) } ?? "-"])
            }
            return table.text()
        }.joined(separator: "\n")
    }

    /// `{"peaks": [...]}`, one for each device.
    var json: JSONValue {
        .object([
            (
                "peaks",
                .array(
                    devices.map { device in
                        .object(
                            [("device", .string(device.device)), ("name", .string(device.name))]
                                + device.figures.map { ($0.key, $0.value.map { .number($0) } ?? .null) })
                    })
            )
        ])
    }
}
