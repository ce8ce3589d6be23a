package broker

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tutor/runner/broker/vhost"
	"tutor/runner/wire"
)

var update = flag.Bool("update", false, "rewrite SUPPORTED.md")

// The page that says what is supported is made of the tables that the broker works with.
func TestSupportedPage(t *testing.T) {
	got := supportedPage()
	if *update {
		if err := os.WriteFile("SUPPORTED.md", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile("SUPPORTED.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("SUPPORTED.md (go test ./runner/broker -update rewrites it; -page +tables):\n%s", diff)
	}
}

func supportedPage() string {
	var b strings.Builder
	b.WriteString(`# What the embedded broker supports

<!-- generated from the broker's own tables: go test ./runner/broker -update -->

It speaks AMQP 0-9-1 as RabbitMQ ` + Version + ` does.

## Methods

`)
	class := ""
	for _, id := range Supported() {
		name, method, _ := strings.Cut(id.String(), ".")
		if name != class {
			if class != "" {
				b.WriteString("\n")
			}
			fmt.Fprintf(&b, "- **%s**:", name)
			class = name
		}
		fmt.Fprintf(&b, " %s", method)
	}
	b.WriteString("\n\n## Arguments\n\n")
	for _, g := range vhost.Arguments() {
		fmt.Fprintf(&b, "- **%s**: %s\n", g.Of, strings.Join(g.Names, ", "))
	}
	fmt.Fprintf(&b, "- **policies**: %s\n", strings.Join(vhost.PolicyKeys(), ", "))
	b.WriteString(deprecatedFeatures)
	for _, f := range vhost.DeprecatedFeatures() {
		byDefault := "denied"
		if f.Permitted {
			byDefault = "permitted"
		}
		fmt.Fprintf(&b, "- `%s`: %s; %s by default. Where it is denied it is %s.\n", f.Name, f.Use, byDefault, f.Denied)
	}
	b.WriteString(configuration)
	b.WriteString(notModelled)
	return b.String()
}

const deprecatedFeatures = `
## Deprecated features

As RabbitMQ's configuration does (` + "`deprecated_features.permit.NAME = true`" + `), a scenario's ` + "`broker: {permit: {NAME: true}}`" + `
and ` + "`tutor broker --permit NAME`" + ` permit them, and ` + "`false` and `--deny NAME`" + ` deny them. The released RabbitMQ 4.3
denies all of these by default; Debian's permits queues that are neither durable nor exclusive, and so does this broker.

`

const configuration = `
## Configuration

- A vhost's default queue type (` + "`tutor broker --default-queue-type quorum`, or `VHOST=quorum`" + `) counts for durable queues that are
  neither exclusive nor auto-delete.
- Publishers are blocked while messages take more than a limit (` + "`tutor broker --memory-limit 256MiB`" + `), with their properties and what
  each costs beside; ready, unacknowledged and in open transactions alike.
- A change of a user's permissions counts for its open connections at once.
- ` + "`tutor broker --product RabbitMQ`" + ` has it call itself so to clients that decide by it; its version is RabbitMQ's anyway.
`

const notModelled = `
## Not modelled

- Streams, super streams and their arguments: refused.
- AMQP 1.0, MQTT, STOMP: a client that opens with another protocol header is told which one is spoken.
- Clusters, replication, federation, shovels, plugins.
- Disk: everything is in memory. A restart within the process keeps what RabbitMQ would keep.
- ` + "`basic.publish`" + ` with ` + "`immediate`" + `, ` + "`channel.flow`" + ` off, ` + "`basic.recover`" + ` without requeueing: refused with 540, as by RabbitMQ.
- Arguments that are about disk, memory or replication are checked and otherwise ignored: ` + "`x-queue-mode`, `x-queue-version`, `x-queue-leader-locator`, `x-max-in-memory-*`, `x-quorum-initial-group-size`, `x-consumer-timeout`, `x-consumer-disconnected-timeout`" + `.
- Consumer time-outs: a delivery may stay unacknowledged for as long as its channel is open.
`

// Methods that brokers send are refused when a client sends them, and every other one is handled.
func TestEveryClientMethodIsHandled(t *testing.T) {
	supported := map[wire.MethodID]bool{}
	for _, id := range Supported() {
		supported[id] = true
	}
	for _, id := range wire.Methods() {
		name := id.String()
		fromBroker := strings.HasSuffix(name, "-ok") || strings.HasSuffix(name, ".start") || strings.HasSuffix(name, ".secure") ||
			strings.HasSuffix(name, ".tune") || strings.HasSuffix(name, "blocked") || name == "basic.return" ||
			name == "basic.deliver" || name == "basic.get-empty"
		if !fromBroker && !supported[id] {
			t.Errorf("%s is not handled", name)
		}
	}
}
