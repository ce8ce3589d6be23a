package docker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tutor/runner/target/serverlog"
)

// advise says what to do about an engine that does not answer, or an image that is not there.
func advise(image string, err error) error {
	text := err.Error()
	switch {
	case strings.Contains(text, "reaper"):
		return fmt.Errorf("%w\nthe container of testcontainers' reaper cannot be had: with TESTCONTAINERS_RYUK_DISABLED=true there is none, and tutor removes its containers by itself", err)
	case strings.Contains(text, "permission denied"):
		return fmt.Errorf("%w\nDocker does not let this user in: become a member of its group, or set DOCKER_HOST", err)
	case strings.Contains(text, "Cannot connect to the Docker daemon"), strings.Contains(text, "rootless Docker not found"),
		strings.Contains(text, "failed to create Docker provider"), strings.Contains(text, "docker.sock"):
		return fmt.Errorf("%w\nno Docker engine answers: start one, set DOCKER_HOST, or use --broker embedded", err)
	case strings.Contains(text, "No such image"), strings.Contains(text, "pull"), strings.Contains(text, "manifest"), strings.Contains(text, "registry"):
		return fmt.Errorf("%w\nimage %s is not here and cannot be pulled: is its name right (docker pull %s)?", err, image, image)
	}
	return err
}

// explain adds to an error that the container has died, if that is what it amounts to.
func (t *Target) explain(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	return errors.Join(err, t.alive(ctx))
}

// alive is an error if the container has died.
func (t *Target) alive(ctx context.Context) error {
	container := t.present()
	if container == nil {
		return errors.New("the target is closed")
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	state, err := container.State(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("the container of %s is gone: %w", t.image, err)
	case state.OOMKilled:
		return fmt.Errorf("the container of %s has run out of memory", t.image)
	case !state.Running:
		return fmt.Errorf("the container of %s has ended with exit code %d: somebody has stopped it, or the engine was", t.image, state.ExitCode)
	}
	return nil
}

// said is what the server in the container has said of why it does not boot, if there is any.
func (t *Target) said(ctx context.Context) string {
	if t.container == nil || ctx.Err() != nil {
		return ""
	}
	output, err := t.container.Logs(ctx)
	if err != nil {
		return "\nits output cannot be read: " + err.Error()
	}
	defer output.Close()
	var excerpt serverlog.Excerpt
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		excerpt.Add(lines.Text())
	}
	if why := excerpt.Why(); why != "" {
		return "\nthe server said:\n" + why
	}
	return ""
}
