package docker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
)

// Available reports whether a container of an image could be started at once: an engine answers, and has
// the image, and that of the library's reaper unless it is switched off.
func Available(ctx context.Context, image string) (err error) {
	defer func() {
		// Some of the library's providers end in a panic where there is no engine.
		if v := recover(); v != nil {
			err = fmt.Errorf("no Docker engine: %v", v)
		}
	}()
	silence()
	provider, err := testcontainers.NewDockerProvider()
	if err != nil {
		return fmt.Errorf("no Docker engine: %w", err)
	}
	defer provider.Close()
	if err := provider.Health(ctx); err != nil {
		return fmt.Errorf("no Docker engine: %w", err)
	}
	if _, err := provider.Client().ImageInspect(ctx, image); err != nil {
		return fmt.Errorf("image %s: %w", image, err)
	}
	if disabled, _ := strconv.ParseBool(os.Getenv("TESTCONTAINERS_RYUK_DISABLED")); disabled {
		return nil
	}
	reapers, err := provider.Client().ImageList(ctx, client.ImageListOptions{
		Filters: make(client.Filters).Add("reference", "testcontainers/ryuk"),
	})
	if err != nil {
		return fmt.Errorf("asking for the reaper's image: %w", err)
	}
	if len(reapers.Items) == 0 {
		return errors.New("the reaper's image, testcontainers/ryuk, is not here (TESTCONTAINERS_RYUK_DISABLED=true does without)")
	}
	return nil
}

// rightEngine makes sure that the engine is the one that the user has chosen: the library goes on to look
// for another where that does not answer.
func rightEngine(ctx context.Context) error {
	chosen := os.Getenv("DOCKER_HOST")
	if chosen == "" {
		return nil
	}
	engine, err := client.New(client.WithHost(chosen), client.WithTLSClientConfigFromEnv())
	if err != nil {
		return fmt.Errorf("DOCKER_HOST=%s: %w", chosen, err)
	}
	defer engine.Close()
	if _, err := engine.Ping(ctx, client.PingOptions{}); err != nil {
		return fmt.Errorf("no Docker engine answers at DOCKER_HOST=%s: %w", chosen, err)
	}
	return nil
}
