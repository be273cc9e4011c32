import Files
import Foundation
import Reporting
import Tensors

extension OptimizedModel {
    /// Writes `model_int8.onnx`, `calibration.cal`, `report.json` and `report.html` into a folder, which is made if it is not
    /// there; and where the result is pruned, `model_pruned.onnx`, which is that before quantization. Files of an earlier report are replaced; the page comes last, so that where it is, all of it is.
    ///
    /// - Throws: `.fileAccess` if the folder cannot be made or written.
    public func write(to folder: String, origin: OptimizationOrigin) throws(HoneError) {
        let target = try OptimizationFolder(folder)
        _ = try write(to: target, origin: origin)
    }

    /// The same into a folder that is held already.
    ///
    /// - Returns: the report.
    package func write(
        to folder: OptimizationFolder, origin: OptimizationOrigin
    ) throws(HoneError) -> OptimizationReport {
        try folder.begin()
        try quantized.model.save(to: folder.path(FileName.model))
        if let pruned = forms[chosen].pruned { try pruned.model.save(to: folder.path(FileName.pruned)) }
        var sizes: [FormSize] = []
        for (index, form) in forms.enumerated() {
            let path = index == 0 ? origin.path : index == chosen ? folder.path(FileName.model) : nil
            sizes.append(try FormSize(of: form.model, at: path, isCompressing: !settings.prunings.isEmpty))
        }
        let report = try report(origin, sizes: sizes)
        try calibration.save(to: folder.path(FileName.record))
        try AtomicFile.write(report.json.serialized() + "\n", to: folder.path(FileName.json))
        try AtomicFile.write(report.html, to: folder.path(FileName.page))
        folder.commit()
        return report
    }
}
