import { expect, test } from 'vitest';
import { createAddressRule, isPublicAddress } from '../../src/network/public-address.ts';

test.for([
  '8.8.8.8',
  '1.1.1.1',
  '93.184.216.34',
  '168.63.129.15',
  '172.15.255.255',
  '172.32.0.0',
  '2606:4700:4700::1111',
  '2a00:1450:4001:81b::200e',
  '::ffff:8.8.8.8',
])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.for([
  ['this machine', '127.0.0.1'],
  ['this machine, by another of its addresses', '127.127.127.127'],
  ['this machine, by none', '0.0.0.0'],
  ['a private network', '10.0.0.1'],
  ['a private network', '172.16.0.1'],
  ['a private network', '172.31.255.255'],
  ['a private network', '192.168.0.1'],
  ['the network behind a carrier', '100.64.0.1'],
  ['the cable', '169.254.1.1'],
  ['the metadata of a cloud', '169.254.169.254'],
  ['the metadata of containers', '169.254.170.2'],
  ['the metadata of Oracle', '192.0.0.192'],
  ['the services of Azure', '168.63.129.16'],
  ['the services of Azure, in IPv6', '::ffff:168.63.129.16'],
  ['examples', '192.0.2.1'],
  ['examples', '203.0.113.1'],
  ['measuring', '198.18.0.1'],
  ['many at once', '224.0.0.1'],
  ['the future', '240.0.0.1'],
  ['everybody', '255.255.255.255'],
  ['this machine in IPv6', '::1'],
  ['none in IPv6', '::'],
  ['this machine, mapped', '::ffff:127.0.0.1'],
  ['the metadata of a cloud, mapped', '::ffff:a9fe:a9fe'],
  ['this machine, compatible', '::127.0.0.1'],
  ['this machine, translated', '::ffff:0:127.0.0.1'],
  ['this machine through NAT64', '64:ff9b::7f00:1'],
  ['a network behind NAT64', '64:ff9b:1::a00:1'],
  ['this machine through 6to4', '2002:7f00:1::'],
  ['a tunnel', '2001::1'],
  ['a private network in IPv6', 'fc00::1'],
  ['the metadata of a cloud in IPv6', 'fd00:ec2::254'],
  ['the cable in IPv6', 'fe80::1'],
  ['a site', 'fec0::1'],
  ['many at once in IPv6', 'ff02::1'],
  ['nowhere', '100::1'],
  ['examples in IPv6', '2001:db8::1'],
  ['more examples in IPv6', '3fff::1'],
  ['this machine through ISATAP', '2a00:1450:4001:81b:0:5efe:7f00:1'],
  ['this machine through ISATAP, with another mark', '2a00:1450:4001:81b:200:5efe:7f00:1'],
  ['the anycast of 6to4', '192.88.99.1'],
] as const)('%s is not public: %s', ([, address]) => {
  expect(isPublicAddress(address)).toBe(false);
});

test('networks of the operator are not allowed, and the rest is', () => {
  const isAllowed = createAddressRule(['198.41.0.0/24', '2a00:1450::/32']);
  const addresses = ['198.41.0.4', '::ffff:198.41.0.4', '2a00:1450::1', '10.0.0.1', '198.41.1.4', '2a00:1451::1'];
  expect(addresses.filter(isAllowed)).toEqual(['198.41.1.4', '2a00:1451::1']);
  expect(() => createAddressRule(['198.41.0.0'])).toThrow();
});
