/// The version of this build of Hone.
public let honeVersion = "0.1.0"
