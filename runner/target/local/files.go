package local

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"tutor/runner/target/pki"
)

// layout is where a node's files are.
type layout struct{ dir string }

func (l layout) path(name string) string { return filepath.Join(l.dir, name) }

// write writes all that a node needs.
func (l layout) write(p ports, authority *pki.Authority) error {
	server, err := authority.Server()
	if err != nil {
		return err
	}
	var cookie [16]byte
	rand.Read(cookie[:]) // never fails, as of Go 1.24
	files := map[string][]byte{
		"rabbitmq.conf":   []byte(l.configuration(p)),
		"enabled_plugins": []byte("[rabbitmq_management].\n"),
		"rabbitmq-env":    nil,
		"advanced.config": []byte("[].\n"),
		".erlang.cookie":  []byte(hex.EncodeToString(cookie[:])),
		"ca.pem":          authority.PEM(),
		"server.pem":      server.Certificate,
		"server.key":      server.Key,
	}
	for name, content := range files {
		// The cookie must be its owner's alone, or Erlang refuses it.
		if err := os.WriteFile(l.path(name), content, 0o400); err != nil {
			return fmt.Errorf("writing the node's configuration: %w", err)
		}
	}
	return nil
}

// configuration is in the format that RabbitMQ has had since 3.7.
func (l layout) configuration(p ports) string {
	return fmt.Sprintf(`listeners.tcp.1 = 127.0.0.1:%d
listeners.ssl.1 = 127.0.0.1:%d
ssl_options.cacertfile = %s
ssl_options.certfile = %s
ssl_options.keyfile = %s
ssl_options.verify = verify_none
management.tcp.ip = 127.0.0.1
management.tcp.port = %d
management_agent.disable_metrics_collector = true
disk_free_limit.absolute = 1MB
log.console = true
log.console.level = info
log.file = false
`, p.amqp, p.amqps, l.path("ca.pem"), l.path("server.pem"), l.path("server.key"), p.management)
}

// environment tells the server's scripts where everything is, and keeps the machine's own
// configuration of RabbitMQ out.
func (l layout) environment(name string, p ports) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + l.dir,
		"LANG=C.UTF-8",
		"LC_ALL=C.UTF-8",
		"RABBITMQ_NODENAME=" + name,
		"RABBITMQ_CONF_ENV_FILE=" + l.path("rabbitmq-env"),
		"RABBITMQ_CONFIG_FILE=" + l.path("rabbitmq.conf"),
		"RABBITMQ_ADVANCED_CONFIG_FILE=" + l.path("advanced.config"),
		"RABBITMQ_ENABLED_PLUGINS_FILE=" + l.path("enabled_plugins"),
		"RABBITMQ_MNESIA_BASE=" + l.path("data"),
		"RABBITMQ_MNESIA_DIR=" + l.path("data/node"),
		"RABBITMQ_FEATURE_FLAGS_FILE=" + l.path("feature_flags"),
		"RABBITMQ_PLUGINS_EXPAND_DIR=" + l.path("plugins"),
		"RABBITMQ_LOG_BASE=" + l.path("log"),
		"RABBITMQ_LOGS=-",
		"RABBITMQ_PID_FILE=" + l.path("pid"),
		fmt.Sprintf("RABBITMQ_DIST_PORT=%d", p.distribution),
		fmt.Sprintf("ERL_EPMD_PORT=%d", p.epmd),
		"ERL_EPMD_ADDRESS=127.0.0.1",
		// The port mapper is started for the node. What finds none while everything is being ended would
		// start one as a daemon, which nobody ends.
		"ERL_AFLAGS=-start_epmd false",
		// One scheduler is enough, and threads that spin for work take it from the tests.
		"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}",
		"ERL_CRASH_DUMP_BYTES=0",
	}
}
