import Foundation
import Tensors

extension Dataset {
    /// Opens data for a model's inputs.
    ///
    /// `path` is a `.npy` or `.npz` file, an image, a folder of images or of class folders with images, a `.txt` or
    /// `.csv` list of images, an ONNX `test_data_set_*` folder or the folder that holds some.
    /// - Throws: `.invalidInput` if there is nothing in it or it does not fit the inputs; `.invalidOption`,
    ///   `.fileAccess`, `.malformedFile` or `.unsupported`, naming the file.
    package static func open(
        path: String, inputs: [InputRequirement], preprocessing: Preprocessing = Preprocessing()
    ) throws(HoneError) -> Dataset {
        try preprocessing.validate()
        guard !inputs.isEmpty else { throw HoneError(.invalidInput, "the model has no inputs to feed") }
        do throws(HoneError) {
            return try openSource(path: path, inputs: inputs, preprocessing: preprocessing)
        } catch {
            throw error.inFile(path)
        }
    }

    private static func openSource(
        path: String, inputs: [InputRequirement], preprocessing: Preprocessing
    ) throws(HoneError) -> Dataset {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw HoneError(.fileAccess, "does not exist", file: path)
        }
        if isFolder.boolValue {
            if let feeds = try TensorFeeds.find(in: path, inputs: inputs, preprocessing: preprocessing) {
                return try Dataset(feeds, path: path, inputs: inputs)
            }
            let list = try ImageList.inFolder(path)
            return try images(list, path: path, inputs: inputs, preprocessing: preprocessing)
        }
        switch fileExtension(path) {
        case "npy":
            let source = try ArraySamples.array(path: path, inputs: inputs, preprocessing: preprocessing)
            return try Dataset(source, path: path, inputs: inputs)
        case "npz":
            let source = try ArraySamples.archive(path: path, inputs: inputs, preprocessing: preprocessing)
            return try Dataset(source, path: path, inputs: inputs)
        case "txt", "csv":
            let list = try ImageList.listFile(path)
            return try images(list, path: path, inputs: inputs, preprocessing: preprocessing)
        case let found where ImageList.decodedExtensions.contains(found):
            let list = ImageList(paths: [path], labels: nil, classNames: nil)
            return try images(list, path: path, inputs: inputs, preprocessing: preprocessing)
        default:
            throw HoneError(
                .unsupported, "is not a kind of data that is read",
                remedy:
                    "give .npy, .npz, .jpg, .png, a .txt or .csv list, a folder of images, or a test_data_set folder",
                file: path)
        }
    }

    private static func images(
        _ list: ImageList, path: String, inputs: [InputRequirement], preprocessing: Preprocessing
    ) throws(HoneError) -> Dataset {
        guard !list.paths.isEmpty else {
            throw HoneError(.invalidInput, "holds no samples: it names no images", file: path)
        }
        return try Dataset(
            ImageSamples(list, inputs: inputs, preprocessing: preprocessing), path: path, inputs: inputs)
    }
}

/// A path's extension in lower case, without the dot; empty if there is none.
func fileExtension(_ path: String) -> String { (path as NSString).pathExtension.lowercased() }
