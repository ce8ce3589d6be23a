package target_test

import (
	"context"
	"strings"
	"testing"

	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target"
	"tutor/runner/target/remote"
)

// container stands for the target that a program with a container library passes in.
type container struct{ image string }

func (c container) Name() string { return "docker:" + c.image }
func (container) Close() error   { return nil }
func (container) Prepare(context.Context, *scenario.Broker) (*stage.Stage, error) {
	return nil, nil
}

func withDocker() target.Options {
	return target.Options{Docker: func(image string, _ func(string)) stage.Target { return container{image} }}
}

func TestParse(t *testing.T) {
	for word, name := range map[string]string{
		"embedded":                           "embedded",
		"local":                              "local",
		"docker":                             "docker:",
		"docker:rabbitmq:4.0-management":     "docker:rabbitmq:4.0-management",
		"amqp://alice:secret@h1,h2:5673/one": "amqp://alice@h1:5672,h2:5673/one",
		"amqps://h1":                         "amqps://guest@h1:5671/%2F",
	} {
		got, err := target.Parse(word, withDocker())
		if err != nil {
			t.Errorf("%s: %v", word, err)
		} else if got.Name() != name {
			t.Errorf("%s: %s, want %s", word, got.Name(), name)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for word, want := range map[string]string{
		"kafka":                 `unknown broker "kafka": want embedded, local,`,
		"":                      `unknown broker ""`,
		"Embeded":               "(did you mean embedded?)",
		"locl":                  "(did you mean local?)",
		"dokcer:rabbitmq":       "(did you mean docker?)",
		"docker:":               "unknown broker",
		"embedded:4":            "unknown broker",
		"amq://u:secret@h":      `unknown broker "...@h" (did you mean amqp://?)`,
		"AMQPS://u:secret@h":    `(did you mean amqps://?)`,
		"amqp:/u:secret@h":      `"...@h"`,
		"amqp://u:secret@h:no":  `port "no"`,
		"amqp://u:secret%@h":    "user and password",
		"amqp://u:secret@h?a=b": "without options",
	} {
		_, err := target.Parse(word, withDocker())
		switch {
		case err == nil:
			t.Errorf("%s is accepted", word)
		case !strings.Contains(err.Error(), want):
			t.Errorf("%s: %v, want %s", word, err, want)
		case strings.Contains(err.Error(), "secret"):
			t.Errorf("%s: the password is in the error: %v", word, err)
		}
	}
}

func TestParseOptions(t *testing.T) {
	if _, err := target.Parse("docker", target.Options{}); err == nil || err.Error() != "docker is not built in" {
		t.Errorf("docker without its constructor: %v", err)
	}
	o := target.Options{Remote: remote.Options{Management: "http://localhost:15672"}}
	if _, err := target.Parse("local", o); err == nil || !strings.Contains(err.Error(), "--management is for brokers by URL") {
		t.Errorf("local with --management: %v", err)
	}
}
