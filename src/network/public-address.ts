import ipaddr from 'ipaddr.js';

export type AddressRule = (address: string) => boolean;

const globalIpv6 = ipaddr.parseCIDR('2000::/3');
// Every machine in Azure reaches Azure's own services there:
// https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
const azureHost = '168.63.129.16';

/** Neither of this machine, nor of its networks, nor reserved. Throws for what is no address. */
export function isPublicAddress(address: string): boolean {
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || parsed.toString() === azureHost) return false;
  // Elsewhere ipaddr.js takes for unicast whatever it has no name for: `::127.0.0.1`, for one.
  return parsed instanceof ipaddr.IPv4 || (parsed.match(globalIpv6) && !isIsatap(parsed));
}

/** Public, and in none of these networks. Throws for what is no network. */
export function createAddressRule(deniedNetworks: readonly string[]): AddressRule {
  const denied = deniedNetworks.map((network) => ipaddr.parseCIDR(network));
  return (address) => {
    if (!isPublicAddress(address)) return false;
    const parsed = ipaddr.process(address);
    return !denied.some((network) => parsed.kind() === network[0].kind() && parsed.match(network));
  };
}

/** An IPv4 address in any IPv6 network, to which a router of that network may send on (RFC 5214). */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  return parts[5] === 0x5efe && (parts[4] === 0 || parts[4] === 0x200);
}
