extension DeviceInfo {
    /// What tells kernels that include `divide.clh` whether the device itself divides with correct rounding.
    var divisionDefines: [String: String] { ["CORRECTLY_ROUNDED": hasCorrectlyRoundedDivide ? "1" : "0"] }
}
