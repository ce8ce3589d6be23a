package broker

import (
	"crypto/tls"
	"strings"

	"tutor/runner/broker/vhost"
	"tutor/runner/wire"
)

// mechanisms are the SASL mechanisms that a connection may log in with. EXTERNAL takes the name of
// the user from the client's certificate.
func mechanisms(secure *tls.ConnectionState) []string {
	m := []string{"PLAIN", "AMQPLAIN"}
	if secure != nil && len(secure.PeerCertificates) > 0 {
		m = append(m, "EXTERNAL")
	}
	return m
}

// authenticate finds the account of who logs in, or says why there is none.
func (b *Broker) authenticate(mechanism, response string, secure *tls.ConnectionState) (*account, *vhost.Error) {
	var name, password string
	var ok bool
	switch mechanism {
	case "PLAIN":
		name, password, ok = plain(response)
	case "AMQPLAIN":
		name, password, ok = amqplain(response)
	case "EXTERNAL":
		return b.external(secure)
	default:
		return nil, refusal(wire.CommandInvalid, "unknown authentication mechanism '%s'", mechanism)
	}
	a := b.account(name)
	if !ok || a == nil || !a.hasPassword(password) {
		return nil, loginRefused(mechanism)
	}
	return a, nil
}

func loginRefused(mechanism string) *vhost.Error {
	return refusal(wire.AccessRefused, "Login was refused using authentication mechanism %s. For details see the broker logfile.", mechanism)
}

// external trusts the certificate, which the TLS listener has verified.
func (b *Broker) external(secure *tls.ConnectionState) (*account, *vhost.Error) {
	if secure == nil || len(secure.VerifiedChains) == 0 {
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
