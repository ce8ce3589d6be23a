// Package target turns what a user writes after --broker into a target: the embedded broker, an
// installed rabbitmq-server, a container, or a broker by URL. Each kind lives in a package of its own
// below this one.
package target

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tutor/runner/stage"
	"tutor/runner/suggest"
	"tutor/runner/target/embedded"
	"tutor/runner/target/local"
	"tutor/runner/target/remote"
)

// Options are what goes with the choice of a target.
type Options struct {
	// Remote is for brokers by URL.
	Remote remote.Options
	// Progress, if not nil, is told what is being waited for.
	Progress func(string)
	// Docker makes the target for a container's image, empty for the default. It is a parameter, so
	// that programs without it build without a container library.
	Docker func(image string, progress func(string)) stage.Target
}

// Parse returns the target that a word names. Nothing is started yet.
func Parse(name string, o Options) (stage.Target, error) {
	kind, image, hasImage := strings.Cut(name, ":")
	byURL := strings.HasPrefix(name, "amqp://") || strings.HasPrefix(name, "amqps://")
	if o.Remote.Management != "" && !byURL {
		return nil, errors.New("--management is for brokers by URL (amqp://...): the others are provided with all that is needed")
	}
	switch {
	case byURL:
		return remote.New(name, o.Remote)
	case name == "embedded":
		return embedded.New(), nil
	case name == "local":
		return local.New(o.Progress), nil
	case kind == "docker" && o.Docker == nil:
		return nil, errors.New("docker is not built in")
	case kind == "docker" && (!hasImage || image != ""):
		return o.Docker(image, o.Progress), nil
	}
	return nil, fmt.Errorf("unknown broker %s%s: want embedded, local, docker, docker:IMAGE or amqp(s)://user:password@host/vhost", shown(name), suggestion(name))
}

// shown is a word for an error; a URL with a slip in it may carry a password.
func shown(name string) string {
	if at := strings.LastIndex(name, "@"); at >= 0 {
		return strconv.Quote("..." + name[at:])
	}
	return strconv.Quote(name)
}

// suggestion is the kind of target that was probably meant, if there is one.
func suggestion(name string) string {
	if kind, _, isURL := strings.Cut(name, "://"); isURL {
		if suggest.Nearest(strings.ToLower(kind), []string{"amqp", "amqps"}) == "amqps" {
			return " (did you mean amqps://?)"
		}
		return " (did you mean amqp://?)"
	}
	kind, rest, _ := strings.Cut(name, ":")
	known := []string{"embedded", "local", "docker"}
	if rest != "" {
		known = []string{"docker"}
	}
	return suggest.DidYouMean(strings.ToLower(kind), known)
}
