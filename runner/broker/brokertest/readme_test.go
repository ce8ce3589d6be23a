package brokertest_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"tutor/runner/broker/brokertest"
)

func TestRetriesEachHour(t *testing.T) {
	b := brokertest.Start(t,
		brokertest.WithQueue("tasks", amqp.Table{"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "retry"}),
		brokertest.WithQueue("retry", amqp.Table{
			"x-message-ttl": time.Hour.Milliseconds(), "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "tasks",
		}))
	startFailingWorker(t, b.URL()) // rejects whatever it is sent
	submit(t, b.URL(), "a task")

	if err := b.AdvanceQuietly(t.Context(), 24*time.Hour); err != nil {
		t.Fatal(err)
	}
	tries := 0
	for _, e := range b.Events() {
		if e.Kind == brokertest.Deliver {
			tries++
		}
	}
	if tries != 25 {
		t.Errorf("%d tries in a day", tries)
	}
}

func startFailingWorker(t *testing.T, url string) {
	t.Helper()
	conn, ch := client(url)
	t.Cleanup(func() { _ = conn.Close() })
	handle(t, ch, "tasks", func(d amqp.Delivery) { _ = d.Reject(false) })
}

func submit(t *testing.T, url, task string) {
	t.Helper()
	conn, ch := client(url)
	publish(t, ch, "", "tasks", task)
	ok(t, conn.Close())
}

// The test in the README is one that is run.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../../README.md")
	ok(t, err)
	shown := regexp.MustCompile("(?s)<!-- test: runner/broker/brokertest/readme_test.go (\\w+) -->\n```go\n(.*?)```\n").FindSubmatch(readme)
	if shown == nil {
		t.Fatal("the README shows no test")
	}
	source, err := os.ReadFile("readme_test.go")
	ok(t, err)
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "readme_test.go", source, 0)
	ok(t, err)
	for _, d := range file.Decls {
		f, is := d.(*ast.FuncDecl)
		if !is || f.Name.Name != string(shown[1]) {
			continue
		}
		text := source[files.Position(f.Pos()).Offset:files.Position(f.End()).Offset]
		if !bytes.Equal(append(text[:len(text):len(text)], '\n'), shown[2]) {
			t.Errorf("the README shows\n%s\nand the test is\n%s", shown[2], text)
		}
		return
	}
	t.Errorf("there is no test %s", shown[1])
}
