import Files
import Foundation
import Tensors

/// Paths of images, with or without classes.
struct ImageList: Sendable {
    var paths: [String]
    var labels: [Int]?
    var classNames: [String]?

    /// What `ImageFile` decodes.
    static let decodedExtensions: Set<String> = ["jpg", "jpeg", "png"]
    /// Images that it does not: skipping them would silently change the data set.
    private static let refusedExtensions: Set<String> = [
        "bmp", "gif", "webp", "tif", "tiff", "ppm", "pgm", "jp2", "heic", "avif",
    ]
    private static let maximumListByteCount = 1 << 28

    /// A folder of images, or of class folders: the label is the position of the folder's name among the sorted names.
    ///
    /// The classes take turns, so that the first images of a list, to which calibration may keep, are of every class.
    static func inFolder(_ path: String) throws(HoneError) -> ImageList {
        let names = try entries(of: path)
        let images = try imageNames(names, in: path)
        var classes: [(name: String, paths: [String])] = []
        for name in names where isFolder("\(path)/\(name)") {
            let folder = "\(path)/\(name)"
            classes.append((name, try imageNames(try entries(of: folder), in: folder).map { "\(folder)/\($0)" }))
        }
        let labelled = classes.contains { !$0.paths.isEmpty }
        guard images.isEmpty || !labelled else {
            throw HoneError(
                .invalidInput, "holds images beside folders of images",
                remedy: "give a folder of images, or one of class folders")
        }
        guard labelled else {
            guard !images.isEmpty else {
                throw HoneError(
                    .invalidInput,
                    "holds no samples: neither images nor folders of images nor test_data_set folders")
            }
            return ImageList(paths: images.map { "\(path)/\($0)" }, labels: nil, classNames: nil)
        }
        var list = ImageList(paths: [], labels: [], classNames: classes.map(\.name))
        for turn in 0..<(classes.map(\.paths.count).max() ?? 0) {
            for (label, entry) in classes.enumerated() where turn < entry.paths.count {
                list.paths.append(entry.paths[turn])
                list.labels?.append(label)
            }
        }
        return list
    }

    /// A list file: a path and perhaps a label on each line, the path relative to the list's folder.
    ///
    /// In `.csv` files a comma separates them and a first line whose path is called `path`, `file`, `filename` or
    /// `image` is a heading; in `.txt` files white space does, and the last field is a label if it is a whole number.
    /// Blank lines and lines that start with `#` are skipped.
    static func listFile(_ path: String) throws(HoneError) -> ImageList {
        let file = try FileRegion(path: path)
        guard file.size <= maximumListByteCount else {
            throw HoneError(.malformedFile, "is larger than \(maximumListByteCount >> 20) MiB")
        }
        let text = String(decoding: try file.bytes(at: 0, count: file.size), as: UTF8.self)
        let isTable = fileExtension(path) == "csv"
        var paths: [String] = []
        var labels: [Int] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            let (name, label) = try isTable ? tableFields(line, number: index + 1) : plainFields(line)
            if isTable, paths.isEmpty, ["path", "file", "filename", "image"].contains(name.lowercased()) { continue }
            if let label {
                guard let label = Int(label), label >= 0 else {
                    throw HoneError(.invalidInput, "line \(index + 1): label '\(label)' is no class number")
                }
                labels.append(label)
            }
            let resolved = name.hasPrefix("/") ? name : "\(folder(ofPath: path))/\(name)"
            guard FileManager.default.fileExists(atPath: resolved) else {
                throw HoneError(.fileAccess, "line \(index + 1): image '\(resolved)' does not exist")
            }
            paths.append(resolved)
            guard labels.isEmpty || labels.count == paths.count else {
                throw HoneError(.invalidInput, "line \(index + 1): some images have a label and some have none")
            }
        }
        return ImageList(paths: paths, labels: labels.isEmpty ? nil : labels, classNames: nil)
    }

    private static func tableFields(_ line: String, number: Int) throws(HoneError) -> (String, String?) {
        let fields = line.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces).trimmingCharacters(in: CharacterSet(charactersIn: "\""))
        }
        guard fields.count <= 2 else {
            throw HoneError(
                .invalidInput, "line \(number): \(fields.count) columns; expected a path and perhaps a label")
        }
        return (fields[0], fields.count == 2 && !fields[1].isEmpty ? fields[1] : nil)
    }

    private static func plainFields(_ line: String) -> (String, String?) {
        guard let space = line.lastIndex(where: \.isWhitespace) else { return (line, nil) }
        let last = String(line[line.index(after: space)...])
        guard Int(last) != nil else { return (line, nil) }
        return (line[..<space].trimmingCharacters(in: .whitespaces), last)
    }

    /// The visible names in a folder, in the order of their UTF-8 bytes, as Python sorts them.
    private static func entries(of path: String) throws(HoneError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        } catch {
            throw HoneError(.fileAccess, "cannot list the folder: \(error.localizedDescription)", file: path)
        }
    }

    private static func imageNames(_ names: [String], in folder: String) throws(HoneError) -> [String] {
        if let refused = names.first(where: { refusedExtensions.contains(fileExtension($0)) }) {
            throw HoneError(
                .unsupported, "is an image of a kind that is not read", remedy: "convert it to JPEG or PNG",
                file: "\(folder)/\(refused)")
        }
        return names.filter { decodedExtensions.contains(fileExtension($0)) }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
