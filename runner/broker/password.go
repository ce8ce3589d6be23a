package broker

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
)

// PasswordHash is what RabbitMQ keeps of a password (https://www.rabbitmq.com/docs/passwords).
type PasswordHash struct {
	sum        func([]byte) []byte
	salt, hash []byte
	// given is set for a hash that somebody else has made.
	given bool
}

// saltSize is how many random bytes go before a password, and before its hash.
const saltSize = 4

// ParsePasswordHash reads a hash as definitions of RabbitMQ have it: in base64, with the algorithm by RabbitMQ's name.
// Nobody can log in by an empty one.
func ParsePasswordHash(algorithm, text string) (*PasswordHash, error) {
	if text == "" {
		return &PasswordHash{given: true}, nil
	}
	p := &PasswordHash{given: true}
	switch algorithm {
	case "rabbit_password_hashing_sha256":
		p.sum = sum256
	case "rabbit_password_hashing_sha512":
		p.sum = func(b []byte) []byte { hash := sha512.Sum512(b); return hash[:] }
	default:
		return nil, fmt.Errorf("passwords hashed by %s cannot be verified: only by SHA-256 and SHA-512", algorithm)
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("the password's hash is not base64: %w", err)
	}
	if len(raw) != saltSize+len(p.sum(nil)) {
		return nil, errors.New("the password's hash has not the length of one")
	}
	p.salt, p.hash = raw[:saltSize], raw[saltSize:]
	return p, nil
}

// hashed is the hash of a password.
func hashed(password string) *PasswordHash {
	p := &PasswordHash{sum: sum256, salt: make([]byte, saltSize)}
	rand.Read(p.salt) // never fails, as of Go 1.24
	p.hash = p.digest(password)
	return p
}

func sum256(b []byte) []byte { hash := sha256.Sum256(b); return hash[:] }

func (p *PasswordHash) digest(password string) []byte {
	return p.sum(append(append([]byte{}, p.salt...), password...))
}

// is reports whether a password is the one that was hashed. As on RabbitMQ an empty one is nobody's.
func (p *PasswordHash) is(password string) bool {
	if p.given && (p.sum == nil || password == "") {
		return false
	}
	return subtle.ConstantTimeCompare(p.digest(password), p.hash) == 1
}
