package docker

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
)

// onDocker reports whether the suite runs on docker at all (package targettest, which imports this one,
// has the rules), and returns an image for it.
func onDocker(t *testing.T) (image string, ok bool) {
	t.Helper()
	brokers, forced := os.LookupEnv("TUTOR_TEST_BROKERS")
	if !forced {
		if err := Available(t.Context(), DefaultImage); err != nil {
			t.Skip(err)
		}
		return DefaultImage, true
	}
	for broker := range strings.SplitSeq(brokers, ",") {
		if kind, image, _ := strings.Cut(broker, ":"); kind == "docker" {
			return New(image, nil).image, true
		}
	}
	return "", false
}

// A container that dies in mid-act is said to have died, and is removed all the same.
func TestContainerThatDies(t *testing.T) {
	image, ok := onDocker(t)
	if !ok {
		return
	}
	var waited []string
	target := New(image, func(what string) { waited = append(waited, what) })
	s, err := target.Prepare(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(waited) < 2 || !strings.Contains(waited[len(waited)-1], "booting") {
		t.Errorf("progress: %q", waited)
	}
	id := target.container.GetContainerID()
	if err := target.container.Stop(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Dial(t.Context()); err == nil || !strings.Contains(err.Error(), "has ended with exit code") {
		t.Errorf("dialing a dead container: %v", err)
	}
	if _, err := target.Prepare(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "has ended with exit code") {
		t.Errorf("preparing an act on a dead container: %v", err)
	}
	if err := target.Close(); err != nil {
		t.Error(err)
	}
	removed(t, id)
}

// A server that ends while it boots is quoted, and the container removed.
func TestServerThatDoesNotBoot(t *testing.T) {
	image, ok := onDocker(t)
	if !ok {
		return
	}
	target := New(image, nil)
	target.configuration += "nonsense = 1\n"
	_, err := target.Prepare(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "the server said:") || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("%v", err)
	}
	if target.container != nil {
		t.Error("the container is kept")
	}
	if err := target.Close(); err != nil {
		t.Error(err)
	}
}

// When the context ends while the container boots, nothing is left.
func TestBootIsBrokenOff(t *testing.T) {
	image, ok := onDocker(t)
	if !ok {
		return
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	target := New(image, func(what string) {
		if strings.Contains(what, "booting") {
			cancel()
		}
	})
	if _, err := target.Prepare(ctx, nil); err == nil {
		t.Error("the act is prepared")
	}
	if target.container != nil {
		t.Error("the container is kept")
	}
	if err := target.Close(); err != nil {
		t.Error(err)
	}
}

// The engine is the one that the user has chosen, or none.
func TestAnotherEngine(t *testing.T) {
	for _, chosen := range []string{"unix:///nowhere.sock", "nonsense"} {
		t.Setenv("DOCKER_HOST", chosen)
		_, err := New("", nil).Prepare(t.Context(), nil)
		if err == nil || !strings.Contains(err.Error(), "DOCKER_HOST="+chosen) {
			t.Errorf("%v", err)
		}
	}
}

func removed(t *testing.T, id string) {
	t.Helper()
	provider, err := testcontainers.NewDockerProvider()
	if err != nil {
		t.Fatal(err)
	}
	defer provider.Close()
	if inspected, err := provider.Client().ContainerInspect(context.Background(), id, client.ContainerInspectOptions{}); err == nil {
		t.Errorf("the container is left: %+v", inspected)
	}
}

func TestAdvice(t *testing.T) {
	for said, want := range map[string]string{
		"dial unix /var/run/docker.sock: connect: permission denied":                    "become a member of its group",
		"Cannot connect to the Docker daemon":                                           "start one",
		"reaper: new reaper: run container: pull access denied for testcontainers/ryuk": "TESTCONTAINERS_RYUK_DISABLED=true",
		"pull access denied for x":                                                      "is its name right (docker pull x)?",
	} {
		if err := advise("x", errorText(said)); !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), said) {
			t.Errorf("%s: %v", said, err)
		}
	}
}

type errorText string

func (e errorText) Error() string { return string(e) }
