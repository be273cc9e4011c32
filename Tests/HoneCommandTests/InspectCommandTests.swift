import Testing

@Suite struct InspectCommandTests {
    @Test func theExample() throws {
        let answer = try HoneProcess.run("inspect", Example.model)
        #expect(answer.status == 0)
        for line in ["inputs      input: float[N, 1, 8, 8]", "outputs     output: float[N, 10]"] {
            #expect(answer.output.contains(line))
        }
        // 3x3 convolutions of 1 to 64 channels on 8x8 and 4x4 pixels, and a head of 64 x 10.
        let products = 9 * (64 * (1 * 16 + 16 * 32 + 2 * 32 * 32) + 16 * 32 * 64) + 64 * 10
        #expect(
            try HoneProcess.run("inspect", Example.model, "--json").json()["multiplyAccumulates"] as? Int == products)
    }

    @Test func json() throws {
        let json = try HoneProcess.run("inspect", Example.model, "--json", "--plan", "--shape", "input=2x1x8x8").json()
        #expect(
            Set(json.keys) == [
                "path", "name", "irVersion", "opsets", "inputs", "outputs", "operators", "constantElements",
                "constantBytes", "multiplyAccumulates", "metadata", "sparsity", "plan",
            ])
        let plan = try #require(json["plan"] as? [String: Any])
        #expect(Set(plan.keys) == ["device", "precision", "arenaBytes", "unsharedBytes", "constantBytes", "steps"])
        let steps = try #require(plan["steps"] as? [[String: Any]])
        let convolution = steps.first { ($0["operator"] as? String)?.hasSuffix("Conv") ?? false }
        let first = try #require((convolution?["outputs"] as? [[String: Any]])?.first)
        #expect(first["type"] as? String == "float[2, 16, 8, 8]")
        let (arena, unshared) = (plan["arenaBytes"] as? Int ?? 0, plan["unsharedBytes"] as? Int ?? 0)
        #expect(arena > 0 && arena <= unshared)
    }

    @Test func devices() throws {
        let answer = try HoneProcess.run("devices")
        #expect(answer.status == 0 && answer.output.contains("reference") && answer.output.contains("(auto)"))
        let json = try HoneProcess.run("devices", "--json").json()
        let devices = try #require(json["devices"] as? [[String: Any]])
        #expect(devices.contains { $0["device"] as? String == "reference" } && json["auto"] is String)
    }
}
