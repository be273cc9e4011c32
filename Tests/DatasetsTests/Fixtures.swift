import Foundation

/// Small files that Pillow and NumPy wrote, with the pixels that Pillow reads from them.
enum Fixtures {
    private static func base64(_ text: String) -> [UInt8] { Data(base64Encoded: text).map { Array($0) } ?? [] }

    /// 8 x 6 RGB pixels, the contents of the PNG files.
    static let rgbPixels: [UInt8] = [
        0, 255, 0, 30, 235, 0, 60, 215, 0, 90, 195, 0, 120, 175, 0, 150, 155, 0, 180, 135, 0, 210, 115, 0,
        3, 245, 0, 33, 225, 7, 63, 205, 14, 93, 185, 21, 123, 165, 28, 153, 145, 35, 183, 125, 42, 213,
        105, 49, 6, 235, 0, 36, 215, 14, 66, 195, 28, 96, 175, 42, 126, 155, 56, 156, 135, 70, 186, 115,
        84, 216, 95, 98, 9, 225, 0, 39, 205, 21, 69, 185, 42, 99, 165, 63, 129, 145, 84, 159, 125, 105,
        189, 105, 126, 219, 85, 147, 12, 215, 0, 42, 195, 28, 72, 175, 56, 102, 155, 84, 132, 135, 112,
        162, 115, 140, 192, 95, 168, 222, 75, 196, 15, 205, 0, 45, 185, 35, 75, 165, 70, 105, 145, 105,
        135, 125, 140, 165, 105, 175, 195, 85, 210, 225, 65, 245,
    ]

    /// 8-bit RGB.
    static let rgbPNG = base64(
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAIAAABxZ0isAAAAK0lEQVR4nGNk+M8g9wYLYmH+xsD8jR0TwSX40BCyhCgyQpOQgSNM"
            + "CWUIAgBiZDGWlCM30AAAAABJRU5ErkJggg==")

    /// The same with transparency.
    static let rgbaPNG = base64(
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAYAAAD+Bd/7AAAAMElEQVR4nGNk+M/AIPeGQQ4XZmH+xsDA/I0dJ0ZSwIcVoykQxcBY"
            + "FMigYBwKlOEYAKfIMmi6/HbxAAAAAElFTkSuQmCC")

    /// A palette image.
    static let palettePNG = base64(
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAMAAADJ2y/JAAAAkFBMVEUA/wAD9QAe6wAG6wAh4QcJ4QA81wAk1w4M1wBawwBCwxw/"
            + "zQ4qwxwnzRUPzQB4rwB7pRyWmwB+mzhgrypjpT9mm1RduRVIrzhLpUZFuSotuSO0hwC3fSq6c1TScwCch0affWmic4yEh3CHfYyZ"
            + "kSOBkVRpkWnAX6jYX2LVaTG9aX6laa/bVZPeS8TDVdLhQfXxZeUFAAAAPklEQVR4nGNgYGLj5BeUlmNgZOEWE1CR0WRgZucSFpKX"
            + "1WBg5ZUUUVXQ0mHg4BEXVVJU12Xgk5JQU9bW0wcAX34EaVs/T4wAAAAASUVORK5CYII=")

    /// Its RGB pixels.
    static let palettePixels: [UInt8] = [
        0, 255, 0, 30, 235, 0, 60, 215, 0, 90, 195, 0, 120, 175, 0, 150, 155, 0, 180, 135, 0, 210, 115, 0,
        3, 245, 0, 33, 225, 7, 63, 205, 14, 93, 185, 21, 123, 165, 28, 153, 145, 35, 183, 125, 42, 213,
        105, 49, 6, 235, 0, 36, 215, 14, 66, 195, 28, 96, 175, 42, 126, 155, 56, 156, 135, 70, 186, 115,
        84, 216, 95, 98, 9, 225, 0, 39, 205, 21, 69, 185, 42, 99, 165, 63, 129, 145, 84, 159, 125, 105,
        189, 105, 126, 219, 85, 147, 12, 215, 0, 42, 195, 28, 72, 175, 56, 102, 155, 84, 132, 135, 112,
        162, 115, 140, 192, 95, 168, 222, 75, 196, 15, 205, 0, 45, 185, 35, 75, 165, 70, 105, 145, 105,
        135, 125, 140, 165, 105, 175, 195, 85, 210, 225, 65, 245,
    ]

    /// The luma of `rgbPixels`.
    static let grayPixels: [UInt8] = [
        150, 147, 144, 141, 139, 136, 133, 130, 145, 143, 141, 139, 137, 135, 133, 131, 140, 139, 137, 136,
        135, 134, 133, 132, 135, 134, 134, 134, 133, 133, 133, 132, 130, 130, 131, 131, 131, 132, 132, 133,
        125, 126, 127, 128, 130, 131, 132, 133,
    ]

    /// 8-bit gray.
    static let grayPNG = base64(
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAAAAADbboAnAAAALUlEQVR4nCXGsREAMAwCsSfn/css6wNSRJV0bcf2bJIUzTbtDxSY"
            + "RSA0K+kgHo6EGHn7gKNuAAAAAElFTkSuQmCC")

    /// 16-bit gray of 0, 9000, ... 63000.
    static let gray16PNG = base64(
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAABEAAAAACW+2zcAAAAEElEQVR4nGNkYFDWQEAVDQAPdAIQjyxXXQAAAABJRU5ErkJggg==")

    /// 1-bit gray: a chessboard that starts with black.
    static let bilevelPNG = base64(
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGAQAAAADWfuJWAAAADklEQVR4nGMIZQplgGIADCQCBf3Jo2YAAAAASUVORK5CYII=")

    /// A colour JPEG with 4:2:0 subsampling.
    static let rgbJPEG = base64(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMU"
            + "FRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU"
            + "FBQUFBQUFBT/wAARCAAGAAgDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUF"
            + "BAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVW"
            + "V1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi"
            + "4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAEC"
            + "AxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVm"
            + "Z2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq"
            + "8vP09fb3+Pn6/9oADAMBAAIRAxEAPwC8+oNe/ezzRRRXTwHwrkmOyWnWxOFjKT6v/hz9F8KKUI8M0Ul/Vkf/2Q==")

    /// Its RGB pixels.
    static let rgbJPEGPixels: [UInt8] = [
        28, 241, 3, 40, 229, 3, 71, 208, 8, 98, 188, 12, 124, 170, 20, 151, 150, 23, 183, 128, 27, 198,
        117, 26, 24, 234, 3, 40, 224, 6, 69, 203, 12, 97, 183, 20, 123, 165, 31, 152, 145, 38, 184, 123,
        43, 199, 112, 45, 24, 225, 7, 38, 215, 13, 68, 194, 24, 97, 175, 37, 124, 156, 55, 154, 137, 68,
        187, 114, 81, 203, 103, 87, 23, 216, 15, 38, 206, 23, 68, 186, 38, 98, 167, 58, 126, 148, 83, 156,
        128, 104, 190, 106, 121, 207, 96, 129, 22, 206, 24, 37, 196, 34, 69, 177, 57, 99, 157, 81, 128,
        138, 113, 159, 117, 139, 193, 96, 163, 210, 86, 174, 19, 200, 27, 36, 191, 38, 69, 170, 64, 100,
        151, 92, 126, 131, 125, 158, 111, 155, 194, 91, 183, 212, 81, 197,
    ]

    /// A progressive JPEG without subsampling.
    static let progressiveJPEG = base64(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMU"
            + "FRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU"
            + "FBQUFBQUFBT/wgARCAAGAAgDAREAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABUBAQEAAAAAAAAAAAAAAAAAAAUG/9oA"
            + "DAMBAAIQAxAAAAF5Q3//xAAWEAADAAAAAAAAAAAAAAAAAAAAEhP/2gAIAQEAAQUCo5//xAAZEQABBQAAAAAAAAAAAAAAAAAAAQID"
            + "BhL/2gAIAQMBAT8Bp0KNyf/EABkRAAEFAAAAAAAAAAAAAAAAAAUAAwQREv/aAAgBAgEBPwEGEbnVpf/EABQQAQAAAAAAAAAAAAAA"
            + "AAAAAAD/2gAIAQEABj8Cf//EABYQAQEBAAAAAAAAAAAAAAAAAAEAMf/aAAgBAQABPyFWr//aAAwDAQACAAMAAAAQX//EABYRAAMA"
            + "AAAAAAAAAAAAAAAAAAAhYf/aAAgBAwEBPxBLh//EABYRAAMAAAAAAAAAAAAAAAAAAAAhMf/aAAgBAgEBPxCVs//EABYQAAMAAAAA"
            + "AAAAAAAAAAAAAAAhQf/aAAgBAQABPxCyZ//Z")

    /// Its RGB pixels.
    static let progressiveJPEGPixels: [UInt8] = [
        0, 255, 0, 32, 235, 0, 61, 214, 0, 89, 195, 0, 124, 174, 0, 151, 155, 0, 179, 135, 2, 212, 114, 5,
        1, 246, 3, 35, 226, 9, 62, 205, 17, 90, 187, 22, 124, 165, 27, 152, 146, 32, 181, 125, 40, 213,
        104, 45, 4, 236, 4, 38, 215, 15, 65, 194, 31, 94, 175, 46, 128, 154, 57, 155, 135, 72, 184, 115,
        86, 217, 94, 99, 9, 226, 0, 42, 205, 16, 71, 184, 40, 98, 166, 63, 131, 145, 83, 159, 127, 106,
        188, 106, 129, 221, 85, 149, 11, 217, 0, 44, 195, 22, 75, 174, 55, 100, 156, 83, 135, 135, 109,
        160, 116, 139, 190, 96, 172, 223, 75, 195, 12, 207, 6, 46, 186, 35, 76, 165, 73, 102, 147, 106,
        135, 125, 134, 161, 107, 167, 191, 88, 206, 226, 66, 234,
    ]

    /// A gray JPEG.
    static let grayJPEG = base64(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMU"
            + "FRUVDA8XGBYUGBIUFRT/wAALCAAGAAgBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUF"
            + "BAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVW"
            + "V1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi"
            + "4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/ALz6g1797PNf/9k=")

    /// Its pixels.
    static let grayJPEGPixels: [UInt8] = [
        150, 147, 144, 141, 139, 136, 133, 131, 145, 144, 141, 139, 137, 135, 132, 130, 140, 139, 137, 136,
        135, 134, 132, 131, 135, 135, 134, 134, 134, 134, 133, 133, 130, 130, 131, 131, 132, 132, 133, 133,
        126, 127, 128, 129, 129, 130, 132, 133,
    ]

    /// A CMYK JPEG.
    static let cmykJPEG = base64(
        "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAQCwwODAoQDg0OEhEQExgoGhgWFhgxIyUdKDozPTw5Mzg3QEhcTkBEV0U3OFBtUVdfYmdo"
            + "Zz5NcXlwZHhcZWdj/8AAFAgABgAIBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIB"
            + "AwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZH"
            + "SElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV"
            + "1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwCDwbGP3dXfEN43zdaxfDehQ6ns8zHPrXoFf//Z")

    /// `rgbPixels` resized to 4 x 3 by Pillow, bilinear.
    static let resized4x3: [UInt8] = [
        23, 234, 4, 77, 198, 13, 137, 158, 23, 191, 122, 31, 29, 216, 13, 83, 180, 44, 143, 140, 79, 197,
        104, 110, 34, 198, 21, 88, 162, 75, 148, 122, 135, 202, 86, 189,
    ]

    /// `rgbPixels` resized to 3 x 5 by Pillow, bilinear.
    static let resized3x5: [UInt8] = [
        34, 231, 2, 106, 183, 5, 178, 135, 9, 37, 219, 11, 109, 171, 34, 181, 123, 56, 41, 208, 19, 113,
        160, 62, 185, 112, 104, 44, 197, 28, 116, 149, 89, 188, 101, 150, 47, 185, 37, 119, 137, 118, 191,
        89, 197,
    ]

    /// `rgbPixels` resized to 11 x 9 by Pillow, bilinear.
    static let resized11x9: [UInt8] = [
        0, 255, 0, 18, 243, 0, 40, 229, 0, 61, 214, 0, 83, 200, 0, 105, 185, 0, 127, 170, 0, 149, 156, 0,
        170, 141, 0, 192, 127, 0, 210, 115, 0, 2, 250, 0, 20, 238, 2, 42, 224, 5, 63, 209, 7, 85, 195, 10,
        107, 180, 13, 129, 165, 15, 151, 151, 18, 172, 136, 20, 194, 122, 23, 212, 110, 25, 4, 243, 0, 22,
        231, 5, 44, 217, 11, 65, 202, 17, 87, 188, 22, 109, 173, 29, 131, 158, 35, 153, 144, 41, 174, 129,
        47, 196, 115, 53, 214, 103, 57, 5, 237, 0, 23, 225, 7, 45, 211, 16, 66, 196, 26, 88, 182, 36, 110,
        167, 45, 132, 152, 54, 154, 138, 63, 175, 123, 73, 197, 109, 82, 215, 97, 90, 8, 230, 0, 26, 218,
        10, 48, 204, 23, 69, 189, 36, 91, 175, 49, 113, 160, 62, 135, 145, 74, 157, 131, 87, 178, 116, 100,
        200, 102, 113, 218, 90, 123, 10, 223, 0, 28, 211, 13, 50, 197, 30, 71, 182, 45, 93, 168, 61, 115,
        153, 78, 137, 138, 94, 159, 124, 110, 180, 109, 126, 202, 95, 142, 220, 83, 155, 11, 217, 0, 29,
        205, 16, 51, 191, 35, 72, 176, 55, 94, 162, 75, 116, 147, 94, 138, 132, 113, 160, 118, 133, 181,
        103, 152, 203, 89, 172, 221, 77, 188, 14, 210, 0, 32, 198, 19, 54, 184, 42, 75, 169, 65, 97, 155,
        88, 119, 140, 111, 141, 125, 133, 163, 111, 156, 184, 96, 179, 206, 82, 202, 224, 70, 221, 15, 205,
        0, 33, 193, 21, 55, 179, 46, 76, 164, 72, 98, 150, 97, 120, 135, 123, 142, 120, 148, 164, 106, 173,
        185, 91, 199, 207, 77, 224, 225, 65, 245,
    ]

    /// `rgbPixels` resized to 1 x 1 by Pillow, bilinear.
    static let resized1x1: [UInt8] = [
        113, 160, 62,
    ]

    /// numpy.savez: float32 x = 0...23 of shape (4, 3, 2), int64 y = 1, 0, 2, 1.
    static let storedNPZ = base64(
        "UEsDBC0AAAAAAAAAIQBw64Kd//////////8FABQAeC5ucHkBABAA4AAAAAAAAADgAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzog"
            + "JzxmNCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICg0LCAzLCAyKSwgfSAgICAgICAgICAgICAgICAgICAgICAg"
            + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAAgD8AAABAAABAQAAAgEAAAKBAAADAQAAA4EAAAABBAAAQQQAA"
            + "IEEAADBBAABAQQAAUEEAAGBBAABwQQAAgEEAAIhBAACQQQAAmEEAAKBBAACoQQAAsEEAALhBUEsDBC0AAAAAAAAAIQAzpADj////"
            + "//////8FABQAeS5ucHkBABAAoAAAAAAAAACgAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxpOCcsICdmb3J0cmFuX29yZGVy"
            + "JzogRmFsc2UsICdzaGFwZSc6ICg0LCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
            + "ICAgICAgICAgICAKAQAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAQAAAAAAAABQSwECLQMtAAAAAAAAACEAcOuCneAAAADgAAAABQAA"
            + "AAAAAAAAAAAAgAEAAAAAeC5ucHlQSwECLQMtAAAAAAAAACEAM6QA46AAAACgAAAABQAAAAAAAAAAAAAAgAEXAQAAeS5ucHlQSwUG"
            + "AAAAAAIAAgBmAAAA7gEAAAAA")

    /// numpy.savez_compressed: int32 a of shape (1000, 60), element i is i / 100.
    static let deflatedNPZ = base64(
        "UEsDBC0AAAAIAAAAIQD6KaqY//////////8FABQAYS5ucHkBABAAAKoDAAAAAAB3BgAAAAAAAO3I558PBADH8buzz96bn/m743DH"
            + "OZyzOfPOGUdUdLmzOe6MSsoooyhSGWU0bGVUGqRFtLP3KLsUohCl+hd69Hnw+bxe7wff77zk1KSUPqEh40ImBNMzsgdkBeMDwYQh"
            + "scGoQHBgZtaYrLSR/TOz0jP++xPThmdn/PtnD04blfHvjoiJjo6OCsRFR0YFJgb+V+EhhipUKGFCySGUnELJJZTcQskjlLxCySeU"
            + "cKHkF0oBoRQUSiGhFBZKEaEUFUoxoRQXSgmhlBRKKaGUFkoZoZQVSjmhlBdKBaFUFEoloVQWSkAoVYRSVSjVhFJdKDWEUlMoQaFE"
            + "CCVSKLWEUlsoUUKpI5S6QqknlGihxAilvlAaCCVWKA2FEieURkJpLJQmQokXSlOhJAilmVCaC6WFUFoKpZVQWguljVDaCqWdUBKF"
            + "0l4oHYTSUSidhNJZKF2EkiSUZKF0FUqKULoJpbtQegilp1BShdJLKL2Fco9Q+gilr1DuFcp9QrlfKP2E0l8oDwglTSgPCmWAUNKF"
            + "kiGUgUIZJJTBQhkilKFCGSaU4UIZIZSRQskUyiihjBZKllCyhTJGKGOFMk4o44XykFAeFsojQpkglEeFMlEojwnlcaFMEspkoUwR"
            + "ylShPCGUJ4UyTSjThTJDKDOF8pRQnhbKLKHMFsozQnlWKHOEMlcozwllnlCeF8oLQnlRKPOFskAoC4WySCgvCeVloSwWyhKhLBXK"
            + "MqG8IpRXhfKaUF4XynKhrBDKSqGsEspqoawRylqhrBPKG0J5UyjrhbJBKBuFskkobwnlbaG8I5TNQnlXKO8J5X2hfCCULULZKpQP"
            + "hbJNKB8J5WOhfCKUT4XymVC2C2WHUD4Xyk6h7BLKF0L5UihfCeVroXwjlG+F8p1QvhfKbqHsEcpeoewTyn6hHBDKQaEcEsphoRwR"
            + "ylGhHBPKcaGcEMpJoZwSyg9C+VEop4VyRihnhXJOKOeFckEoF4Xyk1B+FsolofwilF+FclkoV4RyVSi/CeWaUK4L5Xeh/CGUG0K5"
            + "KZRbQvlTKLeFckcofwnlb6HcFUpIqEhChRImlBxCySmUXELJLZQ8QskrlHxCCRdKfqEUEEpBoRQSSmGhFBFKUaEUE0pxoZQQSkmh"
            + "lBJKaaGUEUpZoZQTSnmhVBBKRaFUEkploQSEUkUoVYVSTSjVhVJDKDWFEhRKhFAihVJLKLWFEiWUOkKpK5R6QokWSoxQ6gulgVBi"
            + "hdJQKHFCaSSUxkJpIpR4oTQVSoJQmgmluVBaCKWlUFoJpbVQ2gilrVDaCSVRKO2F0kEoHYXSSSidhdJFKElCSRZKV6GkCKWbULoL"
            + "pYdQegolVSi9hNJbKPcIpY9Q+grlXqHcJ5T7hdJPKP2F8oBQ0oTyoFAGCCVdKBlCGSiUQUIZLJQhQhkqlGFCGS6UEUIZKZRMoYwS"
            + "ymihZAklWyhjhDJWKOOEMl4oDwnlYaE8IpQJQnlUKBOF8phQHhfKJKFMFsoUoUwVyhNCeVIo04QyXSgzhDJTKE8J5WmhzBLKbKE8"
            + "I5RnhTJHKHOF8pxQ5gnleaG8IJQXhTJfKAuEslAoi4TyklBeFspioSwRylKhLBPKK0J5VSivCeV1oSwXygqhrBTKKqGsFsoaoawV"
            + "yjqhvCGUN4WyXigbhLJRKJuE8pZQ3hbKO0LZLJR3hfKeUN4XygdC2SKUrUL5UCjbhPKRUD4WyidC+VQonwllu1B2COVzoewUyi6h"
            + "fCGUL4XylVC+Fso3QvlWKN8J5Xuh7BbKHqHsFco+oewXygGhHBTKIaEcFsoRoRwVyjGhHBfKCaGcFMopofwglB+FclooZ4RyVijn"
            + "hHJeKBeEclEoPwnlZ6FcEsovQvlVKJeFckUoV4Xym1CuCeW6UH4Xyh9CuSGUm0K5JZQ/hXJbKHeE8pdQ/hbKXaGEhIkkVChhQskh"
            + "lJxCySWU3ELJI5S8QsknlHCh5BdKAaEUFEohoRQWShGhFBVKMaEUF0oJoZQUSimhlBZKGaGUFUo5oZQXSgWhVBRKJaFUFkpAKFWE"
            + "UlUo1YRSXSg1hFJTKEGhRAglUii1hFJbKFFCqSOUukKpJ5RoocQIpb5QGgglVigNhRInlEZCaSyUJkKJF0pToSQIpZlQmgulhVBa"
            + "CqWVUFoLpY1Q2gqlnVAShdJeKB2E0lEonYTSWShdhJIklGShdBVKilC6CaW7UHoIpadQUoXSSyi9hfIPUEsBAi0DLQAAAAgAAAAh"
            + "APopqph3BgAAAKoDAAUAAAAAAAAAAAAAAIABAAAAAGEubnB5UEsFBgAAAAABAAEAMwAAAK4GAAAAAA==")
}
