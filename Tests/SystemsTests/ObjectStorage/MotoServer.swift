import Foundation

/// moto's server of S3 and Route 53, which checks signatures and rights, for as long as a test needs it.
struct MotoServer: Sendable, Decodable {
    struct NotStarted: Error {
        var what = "moto did not come up; \"make test-deps\" installs it (pip install 'moto[server]')"
    }

    struct Keys: Sendable, Decodable {
        var access: String
        var secret: String
    }

    var url: String
    /// May do everything.
    var all: Keys
    /// May list and get, and neither put nor delete.
    var reader: Keys
    /// The id of the hosted zone `ess.test`, whose records are those of the name servers of other tests.
    var zone: String

    static func run<Value>(_ body: (MotoServer) async throws -> Value) async throws -> Value {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-u", "-c", script]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // Not SIGTERM: children of a cooperative thread are born with it blocked.
        defer { kill(process.processIdentifier, SIGKILL) }
        let line = await PythonServer.firstLine(of: output.fileHandleForReading)
        guard let server = try? JSONDecoder().decode(MotoServer.self, from: line) else { throw NotStarted() }
        return try await body(server)
    }

    /// Two users, a bucket with an old object and an empty one; only then must requests be signed and allowed.
    private static let script = #"""
        import json, os, time
        os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="eu-central-1")
        import boto3
        from flask import request
        from moto import settings
        from moto.iam.access_control import IAMRequestBase
        from moto.server import ThreadedMotoServer
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        url = "http://%s:%d" % server.get_host_and_port()
        def client(name): return boto3.client(name, endpoint_url=url)
        iam, s3, route53 = client("iam"), client("s3"), client("route53")
        def user(name, actions):
            iam.create_user(UserName=name)
            statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
            key = iam.create_access_key(UserName=name)["AccessKey"]
            return {"access": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
        place = {"LocationConstraint": "eu-central-1"}
        for bucket in ["ess-media", "empty"]: s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        s3.put_object(Bucket="ess-media", Key="local_content/ab/cd/old", Body=b"an old picture")
        zone = route53.create_hosted_zone(Name="ess.test", CallerReference="1")["HostedZone"]["Id"].split("/")[-1]
        def record(name, kind, value, ttl):
            records = {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": [{"Value": value}]}
            batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": records}]}
            route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
        record("matrix.ess.test.", "A", "192.0.2.10", 300)
        record("element.ess.test.", "A", "192.0.2.11", 300)
        record("element.ess.test.", "AAAA", "2001:db8::11", 300)
        record("element.ess.test.other.ess.test.", "A", "192.0.2.99", 300)
        all = user("all", ["s3:*", "route53:*"])
        reader = user("reader", ["s3:ListBucket", "s3:GetObject", "route53:List*", "route53:Get*"])
        # moto hands botocore, which computes the signature, the path as decoded; with that boto3's own requests are refused.
        create = IAMRequestBase._create_aws_request
        def as_sent(self):
            self._path = request.environ["RAW_URI"]
            return create(self)
        IAMRequestBase._create_aws_request = as_sent
        settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
        print(json.dumps({"url": url, "all": all, "reader": reader, "zone": zone}))
        while True: time.sleep(60)
        """#
}
