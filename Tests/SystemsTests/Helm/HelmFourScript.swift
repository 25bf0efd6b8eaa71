/// The library of Helm 4 (PyPI `helm-python-sdk`, whose shared library is Helm's own Go code) behind the words with which
/// Handover and its tests call the program.
enum HelmFourScript {
    static let text = #"""
        import argparse, json, math, os, re, sys, time
        words = argparse.ArgumentParser()
        words.add_argument("command", nargs="+")
        for name in ["namespace", "kubeconfig", "kube-context", "output", "template", "revision", "version", "description",
                     "timeout", "ca-file", "registry-config"]:
            words.add_argument("--" + name)
        words.add_argument("--values", "-f", action="append", default=[])
        words.add_argument("--set", action="append", default=[])
        words.add_argument("--dry-run")
        for name in ["reset-values", "reuse-values", "plain-http", "install"]:
            words.add_argument("--" + name, action="store_true")
        asked = words.parse_intermixed_args()
        # The library takes a registry's certificates from here alone, and reads it once.
        if asked.ca_file: os.environ["SSL_CERT_FILE"] = asked.ca_file
        import helm_python as helm

        def merge(left, right):
            for key, value in right.items():
                left[key] = merge(left[key], value) if isinstance(left.get(key), dict) and isinstance(value, dict) else value
            return left

        def read(path):
            with open(path) as file: text = file.read()
            return helm.values_from_yaml(text) or {}

        def values():
            given = {}
            for path in asked.values: merge(given, read(path))
            for text in asked.set: merge(given, helm.parse_set_string(text))
            return given

        def seconds():
            found = re.fullmatch(r"(\d+)(ms|s|m)", asked.timeout or "300s")
            return max(1, math.ceil(int(found[1]) * {"ms": 0.001, "s": 1, "m": 60}[found[2]]))

        def release(config, name):
            """As the program prints it, which has more than a summary."""
            everything = config.get_all(name)
            summary = everything["summary"]
            return dict(name=name, info=everything["info"], config=everything["config"], manifest=summary["manifest"],
                        version=summary["revision"])

        def planned(done):
            """A dry run's or an upgrade's summary, as the program prints the release."""
            info = dict(status=done["status"], description=asked.description or "", last_deployed=done["deployed_at"])
            metadata = dict(name=done["chart_name"], version=done["chart_version"])
            return dict(name=done["name"], info=info, config=values(), manifest=done["manifest"], version=done["revision"],
                        chart=dict(metadata=metadata))

        def upgrade(config, name, chart):
            # The program looks for files before it asks its library.
            if not chart.startswith("oci://") and not os.path.exists(chart): sys.exit('Error: path "%s" not found' % chart)
            if chart.startswith("oci://"):
                config.set_registry_client(helm.RegistryClient(plain_http=asked.plain_http,
                                                               credentials_file=asked.registry_config))
            options = dict(timeout=seconds(), wait="hookOnly", dry_run=asked.dry_run, description=asked.description,
                           chart_version=asked.version, plain_http=asked.plain_http)
            if asked.install and not any(found["name"] == name for found in config.list(all_states=True)):
                return config.install(chart, name, values(), **options)
            options.update(reset_values=asked.reset_values, reuse_values=asked.reuse_values)
            return config.upgrade(chart, name, values(), **options)

        def run():
            command, *rest = asked.command
            if command == "version": return print(helm.helm_sdk_version(), end="")
            config = helm.Config(kubeconfig_path=asked.kubeconfig, kube_context=asked.kube_context, namespace=asked.namespace)
            config.check_reachable()
            if command == "status": return print(json.dumps(release(config, *rest)))
            if command == "history":
                return print(json.dumps([dict(revision=one["revision"], status=one["status"]) for one in config.history(*rest)]))
            if command == "get" and rest[0] == "metadata": return print(json.dumps(config.get_metadata(rest[1])))
            if command == "get" and rest[0] == "manifest":
                return print(config.status(rest[1], revision=int(asked.revision))["manifest"])
            if command == "rollback": return config.rollback(rest[0], version=int(rest[1]), timeout=seconds(), wait="hookOnly")
            if command == "uninstall": return config.uninstall(rest[0])
            if command == "upgrade": return print(json.dumps(planned(upgrade(config, *rest))))
            raise SystemExit("Error: unknown command " + command)

        try:
            run()
        except helm.HelmError as error:
            sys.exit("Error: " + ("UPGRADE FAILED: " if asked.command[0] == "upgrade" else "") + str(error))
        except OSError as error:
            sys.exit("Error: open %s: %s" % (error.filename, error.strerror.lower()))

        """#
}
