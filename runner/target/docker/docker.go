// Package docker runs RabbitMQ in a container of its own. It is the only package that imports
// testcontainers-go, so that everything else builds without it.
package docker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/log"
	"github.com/testcontainers/testcontainers-go/wait"

	"tutor/runner/scenario"
	"tutor/runner/stage"
	"tutor/runner/target/linger"
	"tutor/runner/target/management"
	"tutor/runner/target/pki"
)

// DefaultImage is the image that stands for plain "docker".
const DefaultImage = "rabbitmq:4.3-management"

const (
	// bootTimeout is how long a server may take to boot once its container runs.
	bootTimeout = 3 * time.Minute
	// creating is how long the engine may go on to create a container when that is broken off.
	creating = 10 * time.Second
	// removeTimeout is how long the engine may take to remove a container.
	removeTimeout = time.Minute
)

// The server's ports in the container.
const (
	amqpPort       = "5672/tcp"
	amqpsPort      = "5671/tcp"
	managementPort = "15672/tcp"
)

// Target is RabbitMQ in a container, which is started by the first act that is prepared on it.
type Target struct {
	image    string
	progress func(string)
	// configuration is the server's.
	configuration string
	// configured is set on a variant: it permits and denies what its acts ask for.
	configured bool
	// variants are targets of the same image with more in their configuration, by what that is.
	variants map[string]*Target

	mu        sync.Mutex
	container *testcontainers.DockerContainer
	// restarting is the latest restart of the server; nil if there was none.
	restarting *restart
	err        error
	closed     bool

	authority *pki.Authority
	addresses map[string]string
	api       *management.API
	version   string
}

// New returns the target for an image, or for [DefaultImage] if it is empty. Progress, if not nil, is
// told what is being waited for.
func New(image string, progress func(string)) *Target {
	if image == "" {
		image = DefaultImage
	}
	if progress == nil {
		progress = func(string) {}
	}
	return &Target{image: image, progress: progress, configuration: configuration}
}

// Name is docker:IMAGE.
func (t *Target) Name() string { return "docker:" + t.image }

// guest is the user that RabbitMQ has from the start.
var guest = stage.Login{User: "guest", Password: "guest"}

// Prepare provides vhosts and users for an act.
func (t *Target) Prepare(ctx context.Context, needs *scenario.Broker) (*stage.Stage, error) {
	if err := t.booted(ctx); err != nil {
		return nil, err
	}
	switch v, err := t.variant(ctx, needs); {
	case err != nil:
		return nil, err
	case v != t:
		return v.Prepare(ctx, needs)
	}
	provision, err := t.api.Provide(ctx, t.unconfigured(needs), guest)
	if err != nil {
		return nil, t.explain(ctx, err)
	}
	return &stage.Stage{
		Product: "RabbitMQ", Version: t.version,
		Dial:       t.dialer(amqpPort),
		DialTLS:    t.dialer(amqpsPort),
		CA:         t.authority.Pool(),
		ServerName: pki.ServerName,
		Vhosts:     provision.Vhosts,
		Users:      provision.Users,
		SetPolicy:  provision.SetPolicy,
		Restart:    t.restart,
		Close: func(ctx context.Context, quiet bool) error {
			t.api.GiveBack(ctx, provision, quiet)
			if quiet {
				return nil
			}
			return t.alive(ctx)
		},
	}, nil
}

func (t *Target) dialer(port string) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", t.addresses[port])
		if err != nil {
			return nil, t.explain(ctx, err)
		}
		return conn, nil
	}
}

// booted starts the container at the first call. A start that has failed is not tried again, unless
// it was broken off.
func (t *Target) booted(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.closed:
		return errors.New("the target is closed")
	case t.err != nil:
		return t.err
	case t.container != nil:
		return t.restarting.wait(ctx)
	}
	err := t.boot(ctx)
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		// Whatever the library was at: it was told to stop.
		return errors.Join(fmt.Errorf("starting a container of %s: %w", t.image, context.Cause(ctx)), t.remove())
	}
	t.err = errors.Join(advise(t.image, err), t.remove())
	return t.err
}

func (t *Target) boot(ctx context.Context) (err error) {
	if t.authority, err = pki.New(); err != nil {
		return err
	}
	if err := rightEngine(ctx); err != nil {
		return err
	}
	options, err := t.options()
	if err != nil {
		return err
	}
	silence()
	t.progress("getting image " + t.image)
	// A container that was started and is not ready comes with the error.
	if t.container, err = run(ctx, t.image, options); err != nil {
		return fmt.Errorf("starting a container of %s: %w%s", t.image, err, t.said(ctx))
	}
	if err := t.locate(ctx); err != nil {
		return err
	}
	t.api = management.New("http://"+t.addresses[managementPort], guest.User, guest.Password, nil)
	t.api.ThrowAway()
	t.version, err = t.api.Version(ctx)
	return err
}

// silence keeps the library from introducing itself to the engine's users on standard error, by way of its
// default. Targets boot side by side, and share it.
var silence = sync.OnceFunc(func() { log.SetDefault(log.NewNoopLogger()) })

// run creates a container and starts it. It turns a panic of the library, which some of its providers end
// in where there is no engine, into an error.
func run(ctx context.Context, image string, options []testcontainers.ContainerCustomizer) (c *testcontainers.DockerContainer, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%v", v)
		}
	}()
	// A container whose creation was broken off would be nobody's.
	lingering, cancel := linger.Context(ctx, creating)
	defer cancel()
	c, err = testcontainers.Run(lingering, image, append(options, testcontainers.WithNoStart())...)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return c, err
	}
	return c, c.Start(ctx)
}

// options describe the container: a TLS listener with our certificate, the management plugin, guest
// from anywhere.
func (t *Target) options() ([]testcontainers.ContainerCustomizer, error) {
	server, err := t.authority.Server()
	if err != nil {
		return nil, err
	}
	file := func(name string, content []byte) testcontainers.ContainerFile {
		// The server runs as a user of its own and has to read them.
		return testcontainers.ContainerFile{Reader: bytes.NewReader(content), ContainerFilePath: name, FileMode: 0o644}
	}
	return []testcontainers.ContainerCustomizer{
		testcontainers.WithLogger(log.NewNoopLogger()),
		testcontainers.WithExposedPorts(amqpPort, amqpsPort, managementPort),
		testcontainers.WithFiles(
			file("/etc/rabbitmq/conf.d/90-tutor.conf", []byte(t.configuration)),
			file("/etc/rabbitmq/enabled_plugins", []byte("[rabbitmq_management].\n")),
			file("/etc/rabbitmq/tutor-ca.pem", t.authority.PEM()),
			file("/etc/rabbitmq/tutor-server.pem", server.Certificate),
			file("/etc/rabbitmq/tutor-server.key", server.Key),
		),
		testcontainers.WithLifecycleHooks(testcontainers.ContainerLifecycleHooks{
			PostStarts: []testcontainers.ContainerHook{func(context.Context, testcontainers.Container) error {
				t.progress("RabbitMQ is booting in a container of " + t.image)
				return nil
			}},
		}),
		testcontainers.WithWaitStrategyAndDeadline(bootTimeout,
			wait.ForLog(`(Server startup complete|completed with \d+ plugins)`).AsRegexp().WithPollInterval(50*time.Millisecond).WithStartupTimeout(bootTimeout)),
	}, nil
}

const configuration = `loopback_users.guest = false
listeners.tcp.default = 5672
listeners.ssl.default = 5671
ssl_options.cacertfile = /etc/rabbitmq/tutor-ca.pem
ssl_options.certfile = /etc/rabbitmq/tutor-server.pem
ssl_options.keyfile = /etc/rabbitmq/tutor-server.key
ssl_options.verify = verify_none
management_agent.disable_metrics_collector = true
log.console = true
`

// locate finds out where the container's ports are on this side.
func (t *Target) locate(ctx context.Context) error {
	host, err := t.container.Host(ctx)
	if err != nil {
		return fmt.Errorf("asking for the container's host: %w", err)
	}
	t.addresses = map[string]string{}
	for _, port := range []string{amqpPort, amqpsPort, managementPort} {
		mapped, err := t.container.MappedPort(ctx, port)
		if err != nil {
			return fmt.Errorf("asking for the container's port %s: %w", port, err)
		}
		t.addresses[port] = net.JoinHostPort(host, mapped.Port())
	}
	return nil
}

// present is the container, nil if the target is closed.
func (t *Target) present() *testcontainers.DockerContainer {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.container
}

// Close removes the container.
func (t *Target) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	err := t.remove()
	t.restarting.end()
	if t.api != nil {
		err = errors.Join(err, t.api.Close())
	}
	for _, v := range t.variants {
		err = errors.Join(err, v.Close())
	}
	return err
}

func (t *Target) remove() error {
	if t.container == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), removeTimeout)
	defer cancel()
	// There is nothing in the server worth an orderly end.
	err := t.container.Terminate(ctx, testcontainers.StopTimeout(0))
	t.container = nil
	if err != nil {
		return fmt.Errorf("removing the container of %s: %w", t.image, err)
	}
	return nil
}
