package broker

import (
	"crypto/tls"
	"strings"

	"tutor/runner/broker/vhost"
	"tutor/runner/wire"
)

// mechanisms are the SASL mechanisms that a connection may log in with. RabbitMQ has them in an order
// that changes from node to node; here what asks for most comes first, for clients that take the first.
// EXTERNAL takes the name of the user from the client's certificate.
func mechanisms(secure *tls.ConnectionState) []string {
	m := []string{"PLAIN", "AMQPLAIN", "ANONYMOUS"}
	if identifies(secure) {
		m = append(m, "EXTERNAL")
	}
	return m
}

// identifies reports whether a client has shown a certificate.
func identifies(secure *tls.ConnectionState) bool {
	return secure != nil && len(secure.PeerCertificates) > 0
}

// authenticate finds the account of who logs in, or says why there is none.
func (b *Broker) authenticate(mechanism, response string, secure *tls.ConnectionState) (*account, *vhost.Error) {
	var name, password string
	var ok bool
	switch {
	case mechanism == "ANONYMOUS":
		name, password, ok = anonymous, anonymous, true
	case mechanism == "PLAIN":
		name, password, ok = plain(response)
	case mechanism == "AMQPLAIN":
		name, password, ok = amqplain(response)
	case mechanism == "EXTERNAL" && identifies(secure):
		return b.external(secure)
	default:
		return nil, refusal(wire.CommandInvalid, "unknown authentication mechanism '%s'", mechanism)
	}
	if !ok {
		return nil, refusal(wire.SyntaxError, "response of authentication mechanism %s", mechanism)
	}
	a := b.account(name)
	if a == nil || !a.password.is(password) {
		return nil, loginRefused(mechanism)
	}
	return a, nil
}

// anonymous is the user that nobody in particular logs in as, and its password.
const anonymous = "guest"

func loginRefused(mechanism string) *vhost.Error {
	return refusal(wire.AccessRefused, "Login was refused using authentication mechanism %s. For details see the broker logfile.", mechanism)
}

// external trusts the certificate, which the TLS listener has verified.
func (b *Broker) external(secure *tls.ConnectionState) (*account, *vhost.Error) {
	if len(secure.VerifiedChains) == 0 {
		return nil, loginRefused("EXTERNAL")
	}
	a := b.account(secure.PeerCertificates[0].Subject.CommonName)
	if a == nil {
		return nil, loginRefused("EXTERNAL")
	}
	return a, nil
}

// plain takes the response of RFC 4616 apart: an identity to act as, which is ignored, the name and
// the password.
func plain(response string) (name, password string, ok bool) {
	parts := strings.Split(response, "\x00")
	if len(parts) != 3 {
		return "", "", false
	}
	return parts[1], parts[2], true
}

// amqplain is AMQP 0-8's own mechanism: a table without its length.
func amqplain(response string) (name, password string, ok bool) {
	t, err := wire.ParseFields(response)
	if err != nil {
		return "", "", false
	}
	login, _ := t.Get("LOGIN")
	secret, _ := t.Get("PASSWORD")
	name, ok = login.(string)
	password, isText := secret.(string)
	return name, password, ok && isText
}
