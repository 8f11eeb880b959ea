import ipaddr from 'ipaddr.js';

const globalIpv6 = ipaddr.parseCIDR('2000::/3');
// Every machine in Azure reaches Azure's own services there:
// https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
const azureHost = '168.63.129.16';

/** Neither of this machine, nor of its networks, nor reserved. Throws for what is no address. */
export function isPublicAddress(address: string): boolean {
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || parsed.toString() === azureHost) return false;
  // Elsewhere ipaddr.js takes for unicast whatever it has no name for: `::127.0.0.1`, for one.
  return parsed.kind() === 'ipv4' || parsed.match(globalIpv6);
}
