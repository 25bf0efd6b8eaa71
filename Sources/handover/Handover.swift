import Glibc
import HandoverCommands

@main
enum Handover {
    static func main() async {
        exit(await HandoverProgram.run(Array(CommandLine.arguments.dropFirst())))
    }
}
