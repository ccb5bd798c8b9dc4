/** What {@link ScimService} is given; whatever is left out is safe and cheap. docs/deploy.md says more of each. */
export interface ScimServiceProps {
  /** First part of the functions' names: one name for each service of an AWS account and region. Default `rolecall`. */
  name?: string | undefined
  /** Name of the API's stage, the last part of its address where there is no domain. Default `prod`. */
  stage?: string | undefined
  /** Host name that identity providers and administrators call, as `scim.example.com`. Needs {@link certificateArn}. */
  domainName?: string | undefined
  /** Certificate of the domain in ACM, in the region of the service. */
  certificateArn?: string | undefined
  /** First part of the path behind the domain, where others are served there too. Default: none. */
  domainBasePath?: string | undefined
  /** Zone of Route 53 that gets the domain's record. Default: the record is yours to make, for the output `DomainTarget`. */
  hostedZoneId?: string | undefined
  /** Whether the address that AWS gives works too; only where there is a domain may it not. Default true. */
  defaultEndpoint?: boolean | undefined
  /** Requests a second of all clients together to one path, on average; above that 429. Default 100. */
  requestsPerSecond?: number | undefined
  /** Requests of all to one path that may come at once. Default 200. */
  burst?: number | undefined
  /** Requests a second of one integration, so that none takes the others' share. Default 50. */
  clientRequestsPerSecond?: number | undefined
  /** Requests of one integration that may come at once. Default 100. */
  clientBurst?: number | undefined
  /** How long the gateway keeps what the authorizer said of a token and an address, 0 to 60 seconds. Default 60. */
  authorizerCacheSeconds?: number | undefined
  /** How long REST events are kept; those already written keep their date. Default 90. */
  eventRetentionDays?: number | undefined
  /** Whether each hour of the event history gets a digest, so that it is seen if it is changed. Default true. */
  auditDigests?: boolean | undefined
  /** For how many days nobody can delete or replace a digest, whatever their rights. Default: not locked. */
  digestLockDays?: number | undefined
  /** Whether each change is an event of EventBridge: true makes a bus, an ARN names one. Default false. */
  changeEvents?: boolean | string | undefined
  /** Whether events go to S3 too, where they outlive the table's retention and SQL finds them. Default false. */
  archive?: boolean | undefined
  /** How long the archive keeps events. Default 2555, seven years. */
  archiveRetentionDays?: number | undefined
  /** For how many days nobody can delete or replace what the archive holds, whatever their rights. Default: not locked. */
  archiveLockDays?: number | undefined
  /** How long log lines are kept, one of the periods of CloudWatch Logs. Default 90. */
  logRetentionDays?: number | undefined
  /** Encrypts the table with a key of yours: true makes one, an ARN names one. Default: with AWS's key, free of charge. */
  customerManagedKey?: boolean | string | undefined
  /** Whether a web ACL stands before the API: it refuses addresses known for attacks, and too many requests. Default false. */
  firewall?: boolean | undefined
  /** CIDR ranges that alone may call, administrators included; needs {@link firewall}. Default: everybody may. */
  allowedRanges?: readonly string[] | undefined
  /** The least important log lines that are written: DEBUG, INFO, WARN or ERROR; metrics always are. Default INFO. */
  logLevel?: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | undefined
  /** Whether requests, units, token expiry, silence and brakes are metrics of each integration too. Default false. */
  metricsByIntegration?: boolean | undefined
  /** Whether API Gateway has metrics of each method. Default false: those of the whole stage are free. */
  gatewayMetrics?: boolean | undefined
  /** Whether X-Ray records traces. Default false. */
  tracing?: boolean | undefined
  /** Where your operators read docs/runbook.md: alarms and dashboard lead there. Default: they name the file. */
  runbookUrl?: string | undefined
  /** Who hears of alarms: an e-mail address, or the ARN of an SNS topic. Default: nobody, they are seen in CloudWatch. */
  alarmTarget?: string | undefined
  /** Whether the stack sets the role API Gateway writes logs by, which all APIs of the region share. Default true. */
  apiGatewayLogRole?: boolean | undefined
  /** Whether the table outlives the stack, and is protected from deletion. Default true. */
  keepTable?: boolean | undefined
  /** Takes over a table that is there, made by an earlier stack or restored. Needs {@link tableStreamArn}. */
  tableName?: string | undefined
  /** The stream of the table that is taken over. */
  tableStreamArn?: string | undefined
  /** Memory of each function, 256 to 10,240 MB, which decides on its share of a processor. Default 512. */
  memoryMb?: number | undefined
  /** Function → how many of it may run at once, which are also kept for it: `{ authorizer: 20 }`. Default: not limited. */
  reservedConcurrency?: Readonly<Record<string, number>> | undefined
}

/** Settings that belong to a region. */
export type SecondRegion = Pick<
  ScimServiceProps,
  'certificateArn' | 'customerManagedKey' | 'alarmTarget' | 'changeEvents' | 'apiGatewayLogRole'
>

/** What a stack is given besides. */
export interface Settings extends Omit<ScimServiceProps, 'stage'> {
  /** The AWS account that is deployed to. Default: that of the credentials. */
  awsAccount?: string | undefined
  /** The region, as a list of one, or the home region and a second one that takes over. Default: that of the credentials. */
  regions?: readonly string[] | undefined
  /** What is otherwise in the second region: what is used by its ARN, and the log role of the gateway. */
  secondRegion?: SecondRegion | undefined
  /** Tags of everything that can have any. */
  tags?: Readonly<Record<string, string>> | undefined
  /** Whether CloudFormation refuses to delete the stack. Default true. */
  terminationProtection?: boolean | undefined
}

/** What stands in `rolecall.config.ts`: settings of every stage, and those of single ones, which come first. */
export interface Config extends Settings {
  /** By their names; default: one, `prod`. Its stack has the name alone, `rolecall`; others add theirs, `rolecall-staging`. */
  stages?: Readonly<Record<string, Settings>> | undefined
}

/** Lets an editor know what may stand in `rolecall.config.ts`. */
export const defineConfig = (config: Config): Config => config
